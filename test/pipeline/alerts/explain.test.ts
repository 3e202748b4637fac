import { describe, expect, it } from 'vitest';
import { describeChange } from '../../../src/pipeline/alerts/change-text.ts';
import { explainAlert } from '../../../src/pipeline/alerts/explain.ts';
import { formatQuantity, formatRange } from '../../../src/pipeline/alerts/quantity.ts';
import { sparkline } from '../../../src/pipeline/alerts/sparkline.ts';
import { formatSpan, formatUtcRange } from '../../../src/pipeline/alerts/time-text.ts';
import type { Alert } from '../../../src/pipeline/effects.ts';

const onsetStep = Date.UTC(2026, 10, 24, 3, 10, 15) / 15_000;

const alert: Alert = {
  id: '3f2a9c0d11e2b4a7',
  detector: 'hosts',
  entity: 'db-3',
  labels: { instance: 'db-3' },
  kind: 'anomaly',
  severity: 'warning',
  state: 'firing',
  provisional: false,
  firstStepOver: onsetStep,
  firedStep: onsetStep + 2,
  lastStepOver: onsetStep + 16,
  resolvedStep: null,
  resolution: null,
  notified: true,
  peakScore: 3.42,
  peakStep: onsetStep + 7,
  contributions: [
    { feature: 'latency_p99', unit: 's', ratio: 0.72, seen: 4.2, expected: 0.8, range: null },
    { feature: 'cpu_busy', unit: 'cores', ratio: 0.14, seen: 2.1, expected: 3.04, range: null },
    { feature: 'errors', unit: '', ratio: 0.02, seen: 1, expected: 0, range: null },
  ],
  modelVersion: '20261122T030000Z-1',
  recent: [0.8, 0.81, 0.79, 0.8, null, 0.82, 0.8, 2, 3.9, 4.2, 4.1],
};

describe('explainAlert', () => {
  it.each(['anomaly', 'flatline', 'absence'] as const)('shows what a hostile name holds, in a %s', (kind) => {
    const [first, ...rest] = alert.contributions;
    if (first === undefined) throw new Error('no contribution');
    const hostile = { ...first, feature: 'up\u202edown' };
    const entity = 'db-3\n\u001b[31m\u2066x';
    const { title, summary, lines } = explainAlert(
      { ...alert, kind, entity, contributions: [hostile, ...rest] },
      15_000,
    );
    expect(title).toContain('db-3\\u{a}\\u{1b}[31m\\u{2066}x: ');
    for (const text of [title, summary, ...lines]) expect(text).not.toMatch(/[\p{Cc}\u202e\u2066]/u);
  });

  it('shortens a very long name in the middle, so that the title still tells what strayed', () => {
    const entity = `first-${'x'.repeat(4000)}😀-last`;
    const { title } = explainAlert({ ...alert, entity }, 15_000);
    expect(title).toMatch(/^first-x+…x+😀-last: latency_p99 4\.2 s, expected/);
    expect(title.length).toBeLessThan(150);
  });

  it('tells of a firing alert what strayed, how far, since when and how sure it is', () => {
    expect(explainAlert(alert, 15_000)).toEqual({
      title: 'db-3: latency_p99 4.2 s, expected about 800 ms (5.3 times as much)',
      summary:
        'db-3 has strayed from its learned normal since 2026-11-24 03:10:15 UTC. At its worst: ' +
        'latency_p99 4.2 s, expected about 800 ms (5.3 times as much). Also off: cpu_busy.',
      lines: [
        'since 2026-11-24 03:10:15 UTC (4 min 15 s by 03:14:30)',
        'latency_p99: 4.2 s, expected about 800 ms (5.3 times as much); 72 % of the deviation',
        'cpu_busy: 2.1 cores, expected about 3.04 cores (31 % lower); 14 % of the deviation',
        'latency_p99, last 11 steps: ▁▁▁▁ ▁▁▃▇██ (790 ms to 4.2 s)',
        'score 3.4 at its peak, 2026-11-24 03:12:00 UTC (1 is the threshold, 10 the most)',
        'All values are within the ranges seen in training: new is how they move, in time or together.',
        'detector hosts, anomaly, warning, firing, model 20261122T030000Z-1, alert 3f2a9c0d11e2b4a7',
      ],
    });
  });

  it.each([
    ['value', 81, 'cpu 97 %, outside all values seen (max ever 81 %)'],
    ['time_of_day', 30, 'cpu 97 %, unusual for this hour on weekdays (usually 20 to 30 %)'],
    ['mean', 60, 'cpu 20-step mean 97 %, outside all seen (20 to 60 %)'],
    ['time_of_day_mean', 30, 'cpu 20-step mean 97 %, unusual for this hour on weekdays (usually 20 to 30 %)'],
    ['spread', 30, 'cpu varies more than ever: sd 97 % over 48 steps (20 to 30 % until now)'],
  ] as const)('tells why the %s guard raised an alert', (guard, high, told) => {
    const finding = { guard, seen: 97, low: 20, high, weekend: false };
    const cpu = {
      feature: 'cpu',
      unit: '%',
      ratio: 0.9,
      seen: 97,
      expected: 96,
      range: null,
      guard: finding,
    };
    const { title, lines } = explainAlert({ ...alert, kind: 'range', contributions: [cpu] }, 15_000);
    expect(title).toBe(`db-3: ${told}`);
    expect(lines[1]).toContain(told.replace('cpu ', '').replace(/^97 %, /, ''));
    expect(lines[1]).not.toContain('; 97 %, ');
    expect(lines.join()).not.toContain('All values are within');
  });

  it('lets the model lead where it raised the alert, and adds what a guard has to say', () => {
    const finding = { guard: 'value', seen: 1, low: 2, high: 5, weekend: true } as const;
    const cpu = { feature: 'cpu', unit: '', ratio: 0.9, seen: 1, expected: 3, range: null, guard: finding };
    const { title, lines } = explainAlert({ ...alert, contributions: [cpu] }, 15_000);
    expect(title).toBe('db-3: cpu 1, expected about 3 (67 % lower)');
    expect(lines[1]).toContain('; outside all values seen (min ever 2)');
  });

  it('tells of a range alert what the feature had shown before', () => {
    const range = { low: 20.1, high: 63.2 };
    const disk = { feature: 'disk_used', unit: '%', ratio: 0.9, seen: 97.3, expected: 61, range };
    const { title, lines } = explainAlert({ ...alert, kind: 'range', contributions: [disk] }, 15_000);
    expect(title).toBe('db-3: disk_used 97.3 %, above all it has shown in training (20.1 to 63.2 %)');
    expect(lines).toContain(
      'disk_used: 97.3 %, expected about 61 % (60 % higher); in training 20.1 to 63.2 %',
    );
    expect(lines.join('\n')).not.toContain('within the ranges');
    const below = explainAlert({ ...alert, kind: 'range', contributions: [{ ...disk, seen: 3 }] }, 15_000);
    expect(below.title).toContain('below all it has shown');
  });

  it('tells of a resolved one how long it was and how it ended', () => {
    const resolved: Alert = {
      ...alert,
      state: 'resolved',
      resolvedStep: onsetStep + 21,
      resolution: 'recovered',
    };
    expect(explainAlert(resolved, 15_000).title).toMatch(
      /^Resolved: db-3: latency_p99 was 4\.2 s, expected about 800 ms/,
    );
    expect(explainAlert(resolved, 15_000).lines[0]).toBe(
      'from 2026-11-24 03:10:15 to 03:14:30 UTC (4 min 15 s), now back to normal',
    );
    expect(explainAlert(resolved, 15_000).lines).toContain(
      'latency_p99, 11 steps up to its end: ▁▁▁▁ ▁▁▃▇██ (790 ms to 4.2 s)',
    );
    expect(explainAlert({ ...resolved, resolution: 'no_data' }, 15_000).lines[0]).toContain(
      'then its data stopped',
    );
    expect(explainAlert({ ...resolved, resolution: 'accepted' }, 15_000).lines[0]).toContain(
      'accepted as new normal, not back',
    );
  });

  it('tells of a level that stays how to make it the new normal, as long as that is open', () => {
    const shift: Alert = { ...alert, kind: 'shift' };
    const { title, summary, lines } = explainAlert(shift, 15_000);
    expect(lines.join('\n')).toContain(`"strayd alerts accept ${alert.id}"`);
    expect(title).toBe('db-3: latency_p99 4.2 s, expected about 800 ms (5.3 times as much), and it stays');
    expect(summary).toMatch(
      /^db-3 has strayed .* UTC, and the level stays\. At its worst: latency_p99 4\.2 s,/,
    );
    const over: Alert = { ...shift, state: 'resolved', resolvedStep: onsetStep + 99, resolution: 'accepted' };
    expect(explainAlert(over, 15_000).lines.join('\n')).not.toContain('alerts accept');
    // It is not back: nothing of it is past.
    expect(explainAlert(over, 15_000).title).toBe(
      'Resolved: db-3: latency_p99 4.2 s, expected about 800 ms (5.3 times as much), accepted as new normal',
    );
  });

  it('says of an alert beside such a level that there are two', () => {
    const text = (change: Partial<Alert>): string =>
      explainAlert({ ...alert, beside: 'shift', ...change }, 15_000).lines.join('\n');
    expect(text({})).toContain('This is beside a level of it that has changed and stays');
    expect(text({ state: 'resolved', resolvedStep: onsetStep + 21, resolution: 'recovered' })).not.toContain(
      'beside',
    );
  });

  it.each([
    [
      { range: { low: 0.1, high: 2 } },
      'latency_p99 was 4.2 s, above all it had shown in training (100 ms to 2 s)',
    ],
    [{ seen: 0.81 }, 'latency_p99 moved unusually: 810 ms, 1.3 % higher than expected'],
  ])('tells what is over as past: %j', (change, head) => {
    const [first, ...rest] = alert.contributions;
    if (first === undefined) throw new Error('no contribution');
    const contributions = [{ ...first, ...change }, ...rest];
    const over: Alert = { ...alert, contributions, state: 'resolved', resolvedStep: onsetStep + 21 };
    expect(explainAlert(over, 15_000).title).toBe(`Resolved: db-3: ${head}`);
    // Green, and yet nothing is known to be well.
    const gone = { ...over, resolution: 'no_data' } as const;
    expect(explainAlert(gone, 15_000).title).toBe(`Resolved: db-3: ${head}, then its data stopped`);
  });

  it('tells of a level that stays how long it has, not only how long it was over', () => {
    const shift: Alert = { ...alert, kind: 'shift', stayedStep: onsetStep + 4 * 60 * 24 * 3 - 1 };
    expect(explainAlert(shift, 15_000).lines[0]).toBe(
      'since 2026-11-24 03:10:15 UTC (3 d by 2026-11-27 03:10:15 UTC)',
    );
    const over: Alert = { ...shift, state: 'resolved', resolvedStep: onsetStep + 9, resolution: 'recovered' };
    expect(explainAlert(over, 15_000).lines[0]).toBe(
      'from 2026-11-24 03:10:15 to 2026-11-27 03:10:15 UTC (3 d), now back to normal',
    );
  });

  it('does not blame the value where it is near what was expected', () => {
    const near = {
      feature: 'requests',
      unit: 'requests/s',
      ratio: 0.5,
      seen: 12_345,
      expected: 12_100,
      range: null,
    };
    expect(explainAlert({ ...alert, contributions: [near] }, 15_000).title).toBe(
      'db-3: requests moves unusually: 12.3k requests/s, 2 % higher than expected',
    );
    const same = { ...near, seen: 12_100 };
    expect(explainAlert({ ...alert, contributions: [same] }, 15_000).title).toBe(
      'db-3: requests moves unusually: 12.1k requests/s, by itself as expected',
    );
  });

  it('tells of a single step no duration, and of one past midnight the day', () => {
    const single = explainAlert({ ...alert, lastStepOver: onsetStep }, 15_000);
    expect(single.lines[0]).toBe('since 2026-11-24 03:10:15 UTC');
    const long = explainAlert({ ...alert, lastStepOver: onsetStep + 24 * 240 - 1 }, 15_000);
    expect(long.lines[0]).toBe('since 2026-11-24 03:10:15 UTC (1 d by 2026-11-25 03:10:15 UTC)');
  });

  it('has nothing to say of shares and of togetherness where there is one feature', () => {
    const { lines } = explainAlert({ ...alert, contributions: alert.contributions.slice(0, 1) }, 15_000);
    expect(lines[1]).toBe('latency_p99: 4.2 s, expected about 800 ms (5.3 times as much)');
    expect(lines).toContain('The value is within the range seen in training: new is how it moves.');
  });

  it('says when an alert was not delivered, and why', () => {
    expect(explainAlert({ ...alert, notified: false }, 15_000).lines.join('\n')).toContain('On record only');
    const provisional = explainAlert({ ...alert, notified: false, provisional: true }, 15_000).lines.join(
      '\n',
    );
    expect(provisional).toContain('Provisional, so not delivered');
    expect(provisional).not.toContain('On record only');
  });

  it('has something to say of an alert without a known culprit', () => {
    const { title, summary } = explainAlert({ ...alert, contributions: [], recent: [] }, 15_000);
    expect(title).toBe('db-3: strays from its learned normal');
    expect(summary).not.toContain('At its worst');
  });
});

it.each<[value: number, unit: string, text: string]>([
  [0, '', '0'],
  [1234.5, '', '1230'],
  [12_345, '', '12.3k'],
  [999_999, '', '1M'],
  [-0.000123, '', '−0.000123'],
  [2.0999, 'cores', '2.1 cores'],
  [4.5e9, 'bytes', '4.19 GiB'],
  [512, 'bytes', '512 B'],
  [3e6, 'bytes/s', '2.86 MiB/s'],
  [0.08, 's', '80 ms'],
  [0.0000042, 'seconds', '4.2 µs'],
  [90, 's', '90 s'],
  [600, 's', '10 min'],
  [250, 'ms', '250 ms'],
  [0.97, 'ratio', '97 %'],
  [97.31, 'percent', '97.3 %'],
  [20_000, 'requests/s', '20k requests/s'],
  [568, '1/s', '568/s'],
])('%d in %j reads %s', (value, unit, text) => {
  expect(formatQuantity(value, unit)).toBe(text);
});

it('a range tells its unit once where both ends have the same', () => {
  expect(formatRange(0.901, 3.81, 'cores')).toBe('0.901 to 3.81 cores');
  expect(formatRange(227, 842, '1/s')).toBe('227 to 842/s');
  expect(formatRange(0.79, 4.2, 's')).toBe('790 ms to 4.2 s');
  expect(formatRange(1, 2, '')).toBe('1 to 2');
});

it.each<[seen: number, expected: number, text: string]>([
  [110, 100, '10 % higher'],
  [31, 100, '69 % lower'],
  [300, 100, '3 times as much'],
  [1e9, 1, 'over 1000 times as much'],
  [103, 100, '3 % higher'],
  [98.26, 100, '1.7 % lower'],
  [100.01, 100, 'as expected'],
  [0, 0, 'as expected'],
  [5, 0, 'higher'],
  [-5, 5, 'lower'],
  [0, 5, '100 % lower'],
  [-10, -5, '100 % lower'],
])('%d where %d was expected is %s', (seen, expected, text) => {
  expect(describeChange({ seen, expected })).toBe(text);
});

it('a sparkline spans its values, shows gaps, and lies level where nothing moves', () => {
  expect(sparkline([0, 7, null, 3.5])).toBe('▁█ ▅');
  expect(sparkline([5, 5])).toBe('▄▄');
  expect(sparkline([null, null])).toBe('  ');
  expect(sparkline([])).toBe('');
});

it('spans of time read in their two largest units', () => {
  expect(formatSpan(15_000)).toBe('15 s');
  expect(formatSpan(255_000)).toBe('4 min 15 s');
  expect(formatSpan(3_600_000)).toBe('1 h');
  expect(formatSpan(200_000_000)).toBe('2 d 7 h');
  expect(formatSpan(250)).toBe('250 ms');
  expect(formatUtcRange(Date.UTC(2026, 0, 1, 23), Date.UTC(2026, 0, 2, 1))).toBe(
    '2026-01-01 23:00:00 to 2026-01-02 01:00:00 UTC',
  );
});
