import { describe, expect, it } from 'vitest';
import { cronTimes } from '../../../src/config/cron-times.ts';
import type { QuietWindow, WindowSubject } from '../../../src/pipeline/alerts/quiet-window.ts';
import { QuietWindows } from '../../../src/pipeline/alerts/quiet-windows.ts';
import { fc } from '../../support/properties.ts';

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

  it('is matched by names as Alertmanager has them too, an alert’s own first', () => {
    const who = { ...subject, labels: { 'k8s.pod': 'db-3', severity: 'gold', alertname: 'x' } };
    const fits = (label: string, value: string): boolean =>
      holds({ matchers: [{ label, op: '=', value }] }, START, who);
    expect(fits('k8s.pod', 'db-3')).toBe(true);
    expect(fits('k8s_pod', 'db-3')).toBe(true);
    expect([
      fits('severity', 'gold'),
      fits('severity', 'warning'),
      fits('exported_severity', 'gold'),
    ]).toEqual([false, true, true]);
    expect([fits('alertname', 'x'), fits('exported_alertname', 'x')]).toEqual([false, true]);
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

  it('that recurs before it is over is one stretch, found with few looks at its schedule', () => {
    let looks = 0;
    const every = (minutes: number) => () => (afterMs: number) => {
      looks += 1;
      return (Math.floor(afterMs / (minutes * 60_000)) + 1) * minutes * 60_000;
    };
    const recurs = { schedule: '*/5 * * * *', timezone: 'UTC', durationMs: 365 * DAY };
    const dense = windowOf({ recurs, fromMs: START - 20 * DAY - 1, untilMs: Infinity });
    const windows = new QuietWindows(every(5), [dense]);
    expect([START - 21 * DAY, START].map((at) => windows.inForce(at).length)).toEqual([0, 1]);
    const spans = (untilMs: number) =>
      windows.spans(
        () => subject,
        { fromMs: untilMs - 28 * DAY, untilMs },
        { kinds: ['maintenance'], knownByMs: Infinity },
      );
    const [from, until] = [START - 20 * DAY, START + HOUR];
    expect(spans(START)).toEqual([{ fromMs: from, untilMs: START, kind: 'maintenance' }]);
    expect(spans(until)).toEqual([{ fromMs: from, untilMs: until, kind: 'maintenance' }]);
    expect(looks).toBeLessThan(200);
  });

  it('that recurs covers the same as each of its times alone, in whatever order it is asked', () => {
    const [minutes, unit] = [fc.integer({ min: 1, max: 200 }), 60_000];
    fc.assert(
      fc.property(
        fc.uniqueArray(minutes, { maxLength: 30 }),
        fc.integer({ min: 1, max: 40 }),
        fc.array(fc.tuple(minutes, minutes), { minLength: 1, maxLength: 4 }),
        (list, length, ranges) => {
          const starts = [...list].sort((a, b) => a - b).map((at) => START + at * unit);
          const cron = () => (afterMs: number) => starts.find((at) => at > afterMs) ?? Infinity;
          const recurs = { schedule: '', timezone: '', durationMs: length * unit };
          const windows = new QuietWindows(cron, [windowOf({ recurs, fromMs: 0, untilMs: Infinity })]);
          const isThere = (at: number) => starts.some((one) => one <= at && at < one + recurs.durationMs);
          for (const [from, reach] of ranges) {
            const range = { fromMs: START + from * unit, untilMs: START + (from + reach) * unit };
            const spans = windows.spans(() => subject, range, {
              kinds: ['maintenance'],
              knownByMs: Infinity,
            });
            for (let at = range.fromMs; at < range.untilMs; at += unit) {
              const covered = spans.some((span) => span.fromMs <= at && at < span.untilMs);
              expect([covered, windows.inForce(at).length > 0]).toEqual([isThere(at), isThere(at)]);
            }
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});
