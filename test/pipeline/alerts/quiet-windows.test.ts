import { describe, expect, it } from 'vitest';
import { cronTimes } from '../../../src/app/cron.ts';
import type { QuietWindow, WindowSubject } from '../../../src/pipeline/alerts/quiet-window.ts';
import { QuietWindows } from '../../../src/pipeline/alerts/quiet-windows.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A Monday. */
const START = Date.UTC(2026, 10, 23);

const windowOf = (change: Partial<QuietWindow> = {}): QuietWindow => ({
  id: 'w',
  kind: 'maintenance',
  origin: 'api',
  detector: null,
  entity: null,
  matchers: [],
  fromMs: START,
  untilMs: START + HOUR,
  recurs: null,
  knownFromMs: -Infinity,
  comment: '',
  ...change,
});

const subject: WindowSubject = {
  detector: 'hosts',
  severity: 'warning',
  entity: 'db-3',
  labels: { instance: 'db-3', role: 'db' },
};

const holds = (change: Partial<QuietWindow>, atMs = START, who = subject): boolean =>
  new QuietWindows(cronTimes, [windowOf(change)]).holdsBack(() => who, atMs);

describe('a quiet window', () => {
  it('is there from its first moment up to its last, once it is known', () => {
    expect([START - 1, START, START + HOUR - 1, START + HOUR].map((at) => holds({}, at))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(holds({ knownFromMs: START }, START)).toBe(false);
    expect(holds({ knownFromMs: START }, START + 1)).toBe(true);
  });

  it('is of whom it names: detector, entity, and labels as in a selector', () => {
    expect(holds({ detector: 'hosts', entity: 'db-3' })).toBe(true);
    expect(holds({ detector: 'jobs' })).toBe(false);
    expect(holds({ entity: 'db-4' })).toBe(false);
    const label = (text: string, op: '=' | '=~' | '!=', value: string) => ({
      matchers: [{ label: text, op, value }],
    });
    expect(holds(label('role', '=~', 'db|web'))).toBe(true);
    expect(holds(label('role', '!=', 'db'))).toBe(false);
    expect(holds(label('severity', '=', 'warning'))).toBe(true);
    expect(holds(label('alertname', '=', 'StraydAnomaly'))).toBe(true);
    expect(holds(label('alertname', '=', 'NodeDown'))).toBe(false);
  });

  it('holds nothing back if an Alertmanager has it as a silence', () => {
    expect(holds({ kind: 'silence' })).toBe(false);
    expect(holds({ kind: 'mute' })).toBe(true);
  });

  it('that recurs is there at each of its times, in its time zone, as long as it is valid', () => {
    const recurs = { schedule: '0 2 * * *', timezone: 'Europe/Berlin', durationMs: 2 * HOUR };
    const nightly = { recurs, fromMs: 0, untilMs: Infinity };
    // 02:00 in Berlin is 01:00 UTC in winter.
    const hours = [0, 1, 2, 3].map((hour) => holds(nightly, START + hour * HOUR));
    expect(hours).toEqual([false, true, true, false]);
    expect(holds({ ...nightly, untilMs: START }, START + 1.5 * HOUR)).toBe(false);
    const windows = new QuietWindows(cronTimes, [windowOf(nightly)]);
    const range = { fromMs: START - 3 * DAY, untilMs: START };
    const options = { kinds: ['maintenance'] as const, knownByMs: Infinity };
    const spans = windows.spans(() => subject, range, options);
    expect(spans.map(({ fromMs, untilMs }) => [(fromMs - START) / HOUR, (untilMs - START) / HOUR])).toEqual([
      [-71, -69],
      [-47, -45],
      [-23, -21],
    ]);
    // In whatever order it is asked.
    const again = [START + DAY, START - 2 * DAY, START].map((untilMs) =>
      windows
        .spans(() => subject, { fromMs: untilMs - DAY, untilMs }, options)
        .map(({ fromMs }) => (fromMs - START) / HOUR),
    );
    expect(again).toEqual([[1], [-71], [-23]]);
  });

  it('takes the place of the one with its id, and goes when it is taken back', () => {
    const windows = new QuietWindows(cronTimes, [windowOf()]);
    windows.put(windowOf({ fromMs: START + DAY, untilMs: START + 2 * DAY }));
    expect(windows.inForce(START)).toEqual([]);
    expect(windows.inForce(START + DAY).map(({ id }) => id)).toEqual(['w']);
    windows.remove('w');
    expect(windows.inForce(START + DAY)).toEqual([]);
  });

  it('that can not be read holds nothing, says why, and leaves the others in force', () => {
    const bad = { label: 'instance', op: '=~', value: 'web\\-1' } as const;
    const recurs = { schedule: 'never', timezone: 'UTC', durationMs: HOUR };
    const windows = new QuietWindows(cronTimes, [
      windowOf({ id: 'pattern', kind: 'silence', matchers: [bad] }),
      windowOf({ id: 'schedule', recurs }),
      windowOf(),
    ]);
    expect(windows.inForce(START).map(({ id }) => id)).toEqual(['w']);
    expect([...windows.unusable.keys()]).toEqual(['pattern', 'schedule']);
    expect(windows.unusable.get('pattern')).toContain('web\\-1');
    windows.put(windowOf({ id: 'pattern' }));
    windows.remove('schedule');
    expect(windows.unusable.size).toBe(0);
    windows.put(windowOf({ matchers: [bad] }));
    expect(windows.inForce(START).map(({ id }) => id)).toEqual(['pattern']);
  });
});
