import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { sharedKafka } from '../support/kafka.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const runWith = (env: Readonly<Record<string, string>>, ...args: string[]) =>
  spawnSync('npx', ['tsx', MAIN, ...args], { encoding: 'utf8', env: { ...process.env, ...env } });
const run = (...args: string[]) => runWith({}, ...args);

describe('the bench command', () => {
  it.each([
    [[], 'no bench is called ""'],
    [['toString'], 'no bench is called "toString"'],
    [['quality', '--sets', 'asd'], '--sets chooses among the sets of --data DIR'],
    [['quality', '--fast'], "Unknown option '--fast'"],
  ])('exits with 2 and says what there is for %j', (args, message) => {
    const { status, stderr } = run(...args);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).toContain('usage: npm run -s bench -- quality');
  });

  it('prints one JSON object a line and nothing else with --json', () => {
    const { status, stdout } = run('replay', '--json');
    expect(status).toBe(0);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map((line) => Object.keys(line).sort())).toEqual([
      ['baseline', 'baseline_value', 'bench', 'case', 'ratio', 'unit', 'value'],
    ]);
  });

  it('tells of ingest in its short form: formats beside what can not be done without', async () => {
    const { brokers } = await sharedKafka();
    const { status, stdout, stderr } = runWith(
      { KAFKA_BROKERS: brokers.join() },
      'ingest',
      '--short',
      '--json',
    );
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ case: of, unit, baseline }) => [of, unit, baseline])).toEqual([
      ['prometheus_json', 'samples/s', 'kafkajs and JSON.parse alone'],
      ['remote_write', 'samples/s', 'protobufjs decoding alone'],
    ]);
    for (const { ratio } of lines) expect(ratio).toBeGreaterThan(0.001);
  }, 90_000);

  it('tells of transfer in its short form: each start with each number of labels, beside from scratch', () => {
    const { status, stdout } = run('transfer', '--short', '--json');
    expect(status).toBe(0);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { case: string; value: number; baseline_value: number });
    const accuracies = lines.filter((line) => line.case.endsWith('test accuracy, mean'));
    expect(accuracies.map((line) => line.case)).toEqual(
      [100, 500].flatMap((labels) =>
        ['mse', 'cross-entropy'].map((loss) => `${labels} labels, pretrained, ${loss}, test accuracy, mean`),
      ),
    );
    for (const { value, baseline_value } of accuracies) {
      expect(Math.min(value, baseline_value)).toBeGreaterThan(0.5);
      expect(Math.max(value, baseline_value)).toBeLessThan(0.97);
    }
  }, 90_000);
});
