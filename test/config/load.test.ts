import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { ConfigError, describeProblem } from '../../src/config/problem.ts';
import { MINIMAL, loadText, problemsOf } from './load-text.ts';

const testdata = resolve(import.meta.dirname, 'testdata');
const read = (path: string): string => readFileSync(path, 'utf8');

describe('bad files', () => {
  const names = readdirSync(testdata).filter((name) => name.endsWith('.bad.yaml'));

  test('there are many', () => {
    expect(names.length).toBeGreaterThan(60);
  });

  test.each(names)('%s is refused with the place, the value seen and what to write', (name) => {
    const path = join(testdata, name);
    const expected = [...read(path).matchAll(/^# expect (.*)$/gm)].map((match) => `${path}:${match[1]}`);
    expect(
      problemsOf(() => loadConfig(path, {}, read)).map((problem) =>
        describeProblem(problem).replace(/:(\d+:\d+): /, ':$1 '),
      ),
    ).toEqual(expected);
    expect(expected.length).toBeGreaterThan(0);
  });

  test('a secret never shows in an error', () => {
    for (const name of names) {
      const shown = problemsOf(() => loadConfig(join(testdata, name), {}, read))
        .map(describeProblem)
        .join('\n');
      expect(shown).not.toMatch(/hidden-word|271828/);
    }
  });
});

describe('a configuration', () => {
  test('tells all that is wrong with it at once, in the order of the file', () => {
    const problems = problemsOf(() =>
      loadText(
        MINIMAL.replace('entity:', 'entty:') + '    step: fast\n    windows: [0]\nserver: {port: 1}\n',
      ),
    );
    expect(problems.map(({ line, path }) => [line, path])).toEqual([
      [4, 'detectors[0]'],
      [5, 'detectors[0].entty'],
      [7, 'detectors[0].step'],
      [8, 'detectors[0].windows[0]'],
      [9, 'server.port'],
    ]);
  });

  test('says of a value with a missing variable only that', () => {
    const problems = problemsOf(() => loadText(`${MINIMAL}    step: "\${STEP}"\n`));
    expect(problems.map(({ message }) => message)).toEqual([
      'the environment variable STEP is not set; set it, or write the value here',
    ]);
  });

  test('that can not be read says why and what to do', () => {
    const gone = (): string => {
      throw new Error("ENOENT: no such file or directory, open 'strayd.yaml'");
    };
    expect(() => loadConfig('strayd.yaml', {}, gone)).toThrow(ConfigError);
    expect(() => loadConfig('strayd.yaml', {}, gone)).toThrow(/no such file.*--config/);
  });

  test('is frozen all the way down', () => {
    const { config } = loadText(MINIMAL);
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.detectors[0]?.features[0]?.where)).toBe(true);
    expect(Object.isFrozen(config.server.listen)).toBe(true);
  });

  test('takes environment variables inside any text, and $${ for a literal ${', () => {
    const text = `${MINIMAL}    step: "\${STEP}"\nkafka: {group_id: "a-\${TEAM}-$\${x}"}\n`;
    const { config } = loadText(text, { env: { STEP: '1m', TEAM: 'core' } });
    expect(config.detectors[0]?.stepMs).toBe(60_000);
    expect(config.kafka.groupId).toBe('a-core-${x}');
  });

  test('resolves relative paths against its own folder', () => {
    expect(loadText(MINIMAL, { path: '/etc/strayd/strayd.yaml' }).config.store.path).toBe(
      '/etc/strayd/strayd-data',
    );
  });

  test('may use YAML anchors, and errors inside them point at the anchor', () => {
    const shared = 'sources: [{name: a, topics: [t], format: prometheus_json}]\ndetectors:\n';
    const one = '  - {name: one, entity: [i], features: &f [{metric: node_load1}]}\n';
    const two = '  - {name: two, entity: [i], features: *f}\n';
    expect(loadText(shared + one + two).config.detectors[1]?.features[0]?.name).toBe('node_load1');
    const broken = problemsOf(() => loadText(shared + one.replace('node_load1', '"node load1"') + two));
    expect(broken.map(({ line, path }) => [line, path])).toEqual([
      [3, 'detectors[0].features[0].metric'],
      [3, 'detectors[1].features[0].metric'],
    ]);
  });

  test('warns of alert mode without channels and of counters read as gauges, and loads', () => {
    const text = MINIMAL.replace('node_load1', 'node_requests_total') + '    mode: alert\n';
    expect(loadText(text).warnings.map(describeProblem)).toEqual([
      expect.stringMatching(/^strayd\.yaml:6:25: detectors\[0\]\.features\[0\]\.metric: .*write "as: rate"$/),
      expect.stringMatching(/^strayd\.yaml:7:11: detectors\[0\]\.mode: .*no channels/),
    ]);
  });
});

test('warns of buckets that are added up, and of a part of a histogram in the place of the whole', () => {
  const text = MINIMAL.replace(
    '{metric: node_load1}',
    '{metric: api_bucket, as: rate}, {metric: db_bucket, as: rate, where: \'le="0.5"\'}, {metric: api_sum, as: mean}, {metric: api, as: mean}',
  );
  expect(loadText(text).warnings.map(describeProblem)).toEqual([
    expect.stringMatching(/features\[0\]\.metric: .*write "\{metric: api, as: quantile, quantile: 0\.99\}"/),
    expect.stringMatching(/features\[2\]\.metric: "api_sum" looks like a part .*write "metric: api"/),
  ]);
});

test('names features of histograms after what they are, and always adds the series up', () => {
  const text = MINIMAL.replace(
    '{metric: node_load1}',
    '{metric: api, as: mean}, {metric: api, as: quantile, quantile: 0.999}, {metric: api, as: quantile, quantile: 1}',
  );
  const [detector] = loadText(text).config.detectors;
  expect(detector?.features.map(({ name, quantile, aggregate }) => [name, quantile, aggregate])).toEqual([
    ['api_mean', undefined, 'sum'],
    ['api_p100', 1, 'sum'],
    ['api_p99.9', 0.999, 'sum'],
  ]);
});

test('warns of what a net would need where there is none', () => {
  const text = MINIMAL + '    model: {type: linear, loss: huber, own_nets: [db-1]}\n';
  expect(loadText(text).warnings.map(describeProblem)).toEqual([
    expect.stringMatching(/model\.loss: there is no net in type "linear", so "loss" has no effect/),
    expect.stringMatching(/model\.own_nets: there is no net in type "linear", so "own_nets" has no effect/),
  ]);
});

test.each([
  ['* * * * *', '2h', 'UTC'],
  ['*/15 8-9,10-23,0-7 * * *', '15m', 'Europe/Berlin'],
  ['0 0 * * *', '1d', 'UTC'],
  ['0 0 1 * *', '31d', 'UTC'],
])('warns of planned work at "%s" for %s, which is always in force', (schedule, duration, timezone) => {
  const text = `${MINIMAL}maintenance:\n  - {schedule: "${schedule}", duration: ${duration}, timezone: ${timezone}}\n`;
  expect(loadText(text).warnings.map(describeProblem)).toEqual([
    expect.stringMatching(
      /^strayd\.yaml:\d+:16: maintenance\[0\]\.schedule: it begins anew .*always in force: .*write a shorter "duration" or a rarer "schedule", or, .*"mode: observe"/,
    ),
  ]);
});

test.each([
  ['0 2 * * *', '2h'],
  ['* 0-22 * * *', '1h'],
  ['0 0 * * *', '23h59m'],
  ['0 0 2-31 * *', '1d'],
])('takes planned work at "%s" for %s as it is', (schedule, duration) => {
  const text = `${MINIMAL}maintenance: [{schedule: "${schedule}", duration: ${duration}}]\n`;
  expect(loadText(text).warnings).toEqual([]);
});

test('warns of an entity label that alerts have themselves, and says how it is reached', () => {
  const text = MINIMAL.replace('entity: [instance]', 'entity: [instance, severity]');
  expect(text).not.toBe(MINIMAL);
  expect(loadText(text).warnings.map(describeProblem)).toEqual([
    expect.stringMatching(
      /entity\[1\]: "severity" is a label of the alerts themselves: .*"exported_severity" the entity's/,
    ),
  ]);
  const matched = `${text}maintenance: [{match: '{exported_severity="gold"}', schedule: "0 2 * * *", duration: 2h}]\n`;
  expect(loadText(matched).warnings).toHaveLength(1);
});

test('the example in deploy/ loads without warnings', () => {
  const path = resolve(import.meta.dirname, '../../deploy/strayd.example.yaml');
  expect(loadConfig(path, {}, read).warnings).toEqual([]);
});

test('gives the detectors as they would be with other steps, what is written kept', () => {
  const written = MINIMAL + '    step: 5m\n    alert: {refractory: 1h}\n';
  const { config, detectorsAt } = loadText(written);
  expect(config.detectors[0]?.alert.confirm).toEqual({ steps: 1, of: 1 });
  expect(detectorsAt(15_000)[0]).toMatchObject({
    stepMs: 15_000,
    alert: { confirm: { steps: 3, of: 5 }, refractoryMs: 3_600_000 },
  });
});
