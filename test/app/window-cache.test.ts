import { expect, it } from 'vitest';
import type { TelemetryEvent } from '../../src/app/telemetry.ts';
import { WindowCache } from '../../src/app/window-cache.ts';
import type { QuietWindow } from '../../src/pipeline/alerts/quiet-window.ts';

const row = (id: string, change: Partial<QuietWindow> = {}): QuietWindow => ({
  id,
  kind: 'silence',
  origin: 'am:9093',
  detector: null,
  entity: null,
  matchers: [],
  fromMs: 0,
  untilMs: 1000,
  recurs: null,
  knownFromMs: -Infinity,
  comment: '',
  ...change,
});

it('follows the rows, and tells once of one that can not be used', () => {
  const events: TelemetryEvent[] = [];
  const cache = new WindowCache((event) => events.push(event));
  const inForce = (...rows: QuietWindow[]): string[] =>
    cache
      .of(rows)
      .inForce(500)
      .map(({ id }) => id);
  const bad = { matchers: [{ label: 'instance', op: '=~', value: 'web\\_1' } as const] };
  for (let look = 0; look < 2; look++) expect(inForce(row('a'), row('b', bad), row('c'))).toEqual(['a', 'c']);
  expect(events.map(({ event }) => event)).toEqual(['window_unusable']);
  expect(events[0]?.message).toContain('The silence b of am:9093');
  expect(inForce(row('a', { untilMs: 400 }), row('b'))).toEqual(['b']);
});
