import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fc } from '../support/properties.ts';
import { describe, expect, it } from 'vitest';
import { detectorsText } from '../../src/config/detectors-text.ts';
import { loadDetectors } from '../../src/config/load-detectors.ts';
import { parseSelector } from '../../src/config/selector.ts';
import { selectorText } from '../../src/config/selector-text.ts';
import { fleetDetector } from '../../src/ingest/replay/fleet-detector.ts';
import { loadText, MINIMAL, problemsOf } from './load-text.ts';

const SOURCES = ['node'];
const DEPLOY = resolve(import.meta.dirname, '../../deploy');

const specsOf = (more: string) => loadText(MINIMAL + more).config.detectors;

describe('the detectors section to be edited', () => {
  it('is read again as the detectors that it was made of', () => {
    const texts = [
      MINIMAL,
      `${MINIMAL}    select: '{job="a\\"b\\n",env!~"x|y"}'
    cohort: [role]
    mode: alert
    training: {bootstrap: kafka, memory_limit: 512MB, min_steps: 9}
    alert: {budget: 2 per day per entity, min_change: [7%, 0.5], accept_after: 2d, group_by: [], absence: {after: 40m}, flatline: off, runbook_url: 'https://example.org/x'}
`,
      `sources: [{name: node, topics: [m], format: prometheus_json}]
detectors:
  - name: hosts
    source: node
    entity: [instance, zone]
    features:
      - {name: cpu, metric: cpu_total, where: 'mode!="idle"', as: rate, aggregate: sum, unit: cores, direction: up, min_change: 3, worse: up}
      - {metric: http_seconds, as: quantile, quantile: 0.995, unit: s}
      - {metric: http_seconds, as: mean}
  - name: other
    entity: [instance]
    features: [{metric: some.metric}]
`,
      readFileSync(resolve(DEPLOY, 'strayd.example.yaml'), 'utf8'),
    ];
    for (const text of texts) {
      const env = { KAFKA_PASSWORD: 'x', STRAYD_TOKEN: 'x', PAGER: 'x' };
      const { config } = loadText(text, { env, files: {} });
      const sources = config.sources.map(({ name }) => name);
      expect(loadDetectors(detectorsText(config.detectors), sources)).toEqual(config.detectors);
    }
  });

  it('keeps every text that a label is held against', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        const matchers = [{ label: 'job', op: '!=', value }] as const;
        expect(parseSelector(selectorText(matchers))).toEqual({ matchers });
      }),
    );
  });

  it('keeps every change that is asked of a feature', () => {
    const share = fc.integer({ min: 0, max: 100_000 }).map((n) => n / 100_000);
    const size = fc.integer({ min: 0, max: 100_000 }).map((n) => n / 1000);
    fc.assert(
      fc.property(share, size, (relative, absolute) => {
        const [spec] = specsOf('');
        if (spec === undefined) throw new Error('no detector');
        const changed = { ...spec, alert: { ...spec.alert, minChange: { relative, absolute } } };
        const [read] = loadDetectors(detectorsText([changed]), SOURCES);
        expect(read?.alert.minChange.relative).toBeCloseTo(relative, 12);
        expect(read?.alert.minChange.absolute).toBe(absolute);
      }),
      { numRuns: 30 },
    );
  });

  it('is there for the detector of the demo, which no file has written', () => {
    const [read] = loadDetectors(detectorsText([fleetDetector()]), ['demo']);
    expect(read).toMatchObject(fleetDetector());
  });
});

describe('an edited detectors section', () => {
  const problemsIn = (text: string) =>
    problemsOf(() => loadDetectors(text, SOURCES)).map(
      ({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`,
    );

  it('is refused with the line and column of everything that is wrong', () => {
    const text = `detectors:
  - name: hosts
    source: nod
    entity: [instance]
    alert: {budget: often, confirm: {steps: 9, of: 5}}
    features: [{metric: load, agregate: sum}]
`;
    expect(problemsIn(text)).toEqual([
      expect.stringMatching(/^5:21 detectors\[0\]\.alert\.budget: expected a budget .*, got "often"$/),
      expect.stringMatching(/^6:31 detectors\[0\]\.features\[0\]\.agregate: .*aggregate/),
    ]);
    expect(problemsIn(text.replace('often', '1 per week').replace('agregate', 'aggregate'))).toEqual([
      expect.stringMatching(/^3:13 detectors\[0\]\.source: .*did you mean "node"/),
      expect.stringMatching(/^5:50 detectors\[0\]\.alert\.confirm\.steps: 9 of 5/),
    ]);
  });

  it('takes nothing but detectors, and says so of the rest', () => {
    expect(problemsIn('kafka: {brokers: [a:1]}\n')).toEqual([
      expect.stringContaining('must begin with "detectors:"'),
    ]);
    expect(problemsIn(`${MINIMAL}server: {token: x}\n`)).toEqual([
      '1:1 sources: only "detectors" is read here; leave this section out',
      '7:1 server: only "detectors" is read here; leave this section out',
    ]);
  });

  it('reads no variable of the environment and no file, so that nothing can be asked out of the machine', () => {
    process.env['STRAYD_TEST_SECRET'] = 's3cret';
    const text = `detectors:
  - name: '\${STRAYD_TEST_SECRET}'
    entity: [instance]
    features: [{metric: load}]
    training: {bootstrap: {prometheus: 'http://p:9090', token_file: /etc/passwd}}
`;
    const problems = problemsIn(text);
    delete process.env['STRAYD_TEST_SECRET'];
    expect(problems.join('\n')).toContain('environment variables are not filled in here');
    expect(problems.join('\n')).not.toContain('s3cret');
    const [read] = loadDetectors(text.replace("'${STRAYD_TEST_SECRET}'", 'hosts'), SOURCES);
    expect(read?.training.bootstrap).toEqual({ from: 'prometheus', limitMs: 600_000 });
  });

  it('never throws anything but problems, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json().map((json) => `detectors: ${json}`),
        ),
        (text) => {
          try {
            loadDetectors(text, SOURCES);
          } catch (error) {
            expect(error).toMatchObject({ code: 'STRAYD_CONFIG_INVALID' });
          }
        },
      ),
    );
  });
});
