import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runStrayd, type RunResult } from './run-strayd.ts';

const FIXTURE = new URL('../fixtures/jumpstarter/', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'strayd-backtest-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Ten days to learn from, then two and a half with the first labelled incident; eight of the columns. */
const FROM = '2026-01-27';
const TRAIN_UNTIL = '2026-02-06T00:00:00Z';
const END = '2026-02-08T12';
const COLUMNS = 2 + 8;

const all = gunzipSync(readFileSync(`${FIXTURE}wide.csv.gz`))
  .toString('utf8')
  .trimEnd()
  .split('\n');
const rows = all.filter((line, index) => index === 0 || (line >= FROM && line < END));
const short = rows.map((line) => line.split(',').slice(0, COLUMNS).join(','));
const seconds = (line: string): string => {
  const [time = '', ...rest] = line.split(',');
  return [String(Date.parse(time) / 1000), ...rest].join(',');
};

interface Report {
  readonly entities: number;
  readonly steps: number;
  readonly events: number;
  readonly found: number;
  readonly alerts: readonly Record<string, unknown>[];
}

describe('strayd backtest on labelled data', () => {
  let json: RunResult;
  let report: Report;

  beforeAll(async () => {
    writeFileSync(join(folder, 'wide.csv.gz'), gzipSync(short.join('\n')));
    const args = ['--input', 'wide.csv.gz', '--labels', `${FIXTURE}labels.csv`, '--train-until', TRAIN_UNTIL];
    json = await runStrayd(['backtest', ...args, '--scores', 'out.csv', '--json'], { cwd: folder });
    report = JSON.parse(json.stdout) as Report;
  });

  it('prints one JSON object with the fixed names', () => {
    expect(json).toMatchObject({ code: 0, stderr: '' });
    expect(Object.keys(report)).toEqual([
      'entities',
      'steps',
      'events',
      'found',
      'false_alerts',
      'entity_weeks',
      'false_alerts_per_week',
      'budget_ratio',
      'median_delay_s',
      'vus_pr',
      'alerts',
    ]);
    expect(report).toMatchObject({
      entities: 1,
      events: 1,
      entity_weeks: expect.closeTo(2.5 / 7, 2) as number,
    });
    for (const alert of report.alerts) {
      expect(Object.keys(alert)).toEqual(['entity', 'start', 'end', 'kind', 'score', 'features']);
    }
  });

  it('compares with another configuration: what is gained and lost, and exit code 1 if it is worse', async () => {
    const blind = {
      sources: [{ name: 'node', topics: ['metrics'], format: 'prometheus_json' }],
      detectors: [
        {
          name: 'hosts',
          entity: ['instance'],
          features: [{ metric: 'load' }],
          model: { type: 'linear' },
          alert: { budget: '1 per week per entity', confirm: { steps: 200, of: 200 } },
        },
      ],
    };
    writeFileSync(join(folder, 'blind.yaml'), JSON.stringify(blind));
    const args = ['--input', 'wide.csv.gz', '--labels', `${FIXTURE}labels.csv`, '--train-until', TRAIN_UNTIL];
    const { code, stdout } = await runStrayd(['backtest', ...args, '--compare', 'blind.yaml'], {
      cwd: folder,
    });
    expect(stdout).toContain('With blind.yaml:');
    expect(stdout).toMatch(/^lost +2026-02-/m);
    expect(stdout).toContain('Worse: 1 event no longer found.');
    expect(code).toBe(1);
  });

  it('counts only the labels and rows after the split, and finds the incident there', () => {
    expect(report.events).toBe(1);
    expect(report.found).toBe(1);
    const counted = short.filter((line) => line >= TRAIN_UNTIL && line.startsWith('2')).length;
    expect(report.steps).toBeLessThanOrEqual(counted);
    expect(report.steps).toBeGreaterThan(0.95 * counted);
  });

  it('writes a score for each scored step, times as the input has them', () => {
    const [header, ...lines] = readFileSync(join(folder, 'out.csv'), 'utf8').trimEnd().split('\n');
    expect(header).toBe('time,entity,score,raw');
    expect(lines).toHaveLength(report.steps);
    const times = new Set(short.map((line) => line.slice(0, line.indexOf(','))));
    for (const line of lines) {
      const [time = '', entity, score, raw] = line.split(',');
      expect(times.has(time)).toBe(true);
      expect(entity).toBe('service0');
      expect(Number(score)).toBeGreaterThanOrEqual(0);
      expect(Number.isFinite(Number(raw))).toBe(true);
    }
  });
});

it('reads epoch seconds, takes a detector of a configuration, and prints a table for people', async () => {
  writeFileSync(
    join(folder, 'seconds.csv'),
    short.map((line, index) => (index === 0 ? line : seconds(line))).join('\n'),
  );
  const detector = { entity: ['instance'], features: [{ name: 'load', metric: 'node_load1' }], step: '15s' };
  const model = { type: 'linear' };
  const config = {
    sources: [{ name: 'node', topics: ['metrics'], format: 'prometheus_json' }],
    detectors: [
      { ...detector, name: 'plain', windows: [4, 16], model },
      { ...detector, name: 'other' },
    ],
  };
  writeFileSync(join(folder, 'strayd.yaml'), JSON.stringify(config));
  const split = String(Date.parse(TRAIN_UNTIL) / 1000);
  const args = ['backtest', '-i', 'seconds.csv', '-t', split, '-c', 'strayd.yaml'];
  const named = await runStrayd([...args, '-d', 'plain', '-s', 'seconds-out.csv'], { cwd: folder });
  expect(named.stdout).toMatch(/^from \(UTC\) +to +entity +kind +score +feature$/m);
  expect(named.stdout).toMatch(/\d+ alerts, [\d.]+ an entity-week: [\d.]+ × the budget \(plain\)\./);
  expect(named.code).toBe(0);
  const [step, features, end] = named.stderr.split('\n');
  expect(step).toMatch(
    /^strayd.yaml: warning: The file has steps of 5m, detector plain of 15s: windows span another time here/,
  );
  expect(features).toMatch(
    /^strayd.yaml: warning: The file has the columns .*, detector plain the features load: the columns/,
  );
  expect(end).toBe('');
  const [, first = ''] = readFileSync(join(folder, 'seconds-out.csv'), 'utf8').split('\n');
  expect(first).toMatch(/^1770\d{6},service0,/);

  const unnamed = await runStrayd(args, { cwd: folder });
  expect(unnamed.stderr).toContain('Name one of the detectors of strayd.yaml with --detector: plain, other.');
  expect(unnamed.code).toBe(2);
});

it('refuses labels of entities that the file has no row of, and names them', async () => {
  writeFileSync(join(folder, 'two.csv'), 'time,entity,a\n1,x,1\n2,x,2\n');
  writeFileSync(join(folder, 'strange.csv'), 'entity,start,end\nx,1,1\nX,1,1\nzzz,1,2\n');
  const { code, stderr } = await runStrayd(['backtest', '-i', 'two.csv', '-l', 'strange.csv'], {
    cwd: folder,
  });
  expect(stderr).toBe(
    'strayd: strange.csv has labels of "X", "zzz", of which two.csv has no row (it has "x"): correct them or leave them out.\n',
  );
  expect(code).toBe(2);
});

it.each([
  ['a configuration to compare with', ['--compare', 'broken.yaml'], 'broken.yaml:1:1'],
  [
    'a place for scores',
    ['--scores', 'nowhere/out.csv'],
    "Can't open nowhere/out.csv: no such file or directory.",
  ],
])('%s that is no good is told before anything is read', async (_what, args, says) => {
  writeFileSync(join(folder, 'broken.yaml'), 'foo: 1\n');
  // Reading this one would be the first thing to fail.
  const { code, stderr } = await runStrayd(['backtest', '-i', 'missing.csv', ...args], { cwd: folder });
  expect(stderr).toContain(says);
  expect(stderr).not.toContain('missing.csv');
  expect(code).toBe(2);
});

it.each<[wrong: string, text: string, args: readonly string[], says: string]>([
  ['a cell that is no number', 'time,entity,a\n1,x,1\n2,x,oops\n', [], 'bad.csv:3:5: '],
  ['no rows', 'time,entity,a\n', [], 'has a header and no rows'],
  [
    'too little history',
    'time,entity,a\n1,x,1\n2,x,2\n3,x,3\n4,x,4\n',
    [],
    '512 are wanted. Give a longer file, or a later --train-until',
  ],
  [
    'a split before the file',
    'time,entity,a\n1000,x,1\n1060,x,2\n',
    ['-t', '60'],
    'No row is before --train-until 1970-01-01T00:01:00.000Z, so nothing is left to learn from: the file begins at 1970-01-01T00:16:40.000Z.',
  ],
  [
    'a split that is no time',
    'time,entity,a\n1,x,1\n2,x,2\n',
    ['-t', 'noon'],
    '--train-until "noon" is no time',
  ],
])('%s is wrong use and says where', async (_wrong, text, args, says) => {
  writeFileSync(join(folder, 'bad.csv'), text);
  const { code, stderr } = await runStrayd(['backtest', '--input', 'bad.csv', ...args], { cwd: folder });
  expect(stderr).toContain(says);
  expect(stderr).not.toContain('    at ');
  expect(code).toBe(2);
});
