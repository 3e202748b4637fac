import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import type { StepExplanation } from '../../src/pipeline/explain/step-explanation.ts';
import type { ModelView } from '../../src/server/views/model-view.ts';
import { checkpointOf, entityRow } from '../store/sample-checkpoints.ts';
import { withHistory } from './history-store.ts';
import { runStrayd, type RunResult } from './run-strayd.ts';

const folder = mkdtempSync(join(tmpdir(), 'strayd-explain-'));
const FIRST = 7_000_600;
const STEP_S = 15;
let cwd = '';
let version = '';

const explain = (...args: string[]): Promise<RunResult> =>
  runStrayd(['explain', '--detector', 'hosts', ...args], { cwd });
const at = (step: number): string[] => ['--entity', 'db-3', '--at', String(step * STEP_S)];

/** After a history and a training: a quiet step, three that are over, then a gap and one more. */
beforeAll(async () => {
  const history = withHistory(folder);
  ({ cwd } = history);
  await runStrayd(['train'], { cwd });
  const models = await runStrayd(['models', 'list', '--json'], { cwd });
  version = (JSON.parse(models.stdout) as ModelView[])[0]?.version ?? '';
  const store = history.open();
  store.declareDetectors(
    loadConfig(join(cwd, 'strayd.yaml'), {}, (file) => readFileSync(file, 'utf8')).config.detectors,
  );
  const scores = [0.3, 1.4, 1.5, 1.6];
  const steps = scores.map((score, index) => ({
    vector: {
      detector: 'hosts',
      entity: 'db-3',
      step: FIRST + index,
      values: Float64Array.of(score > 1 ? 9 : 0.1, 50),
      filled: false,
    },
    scored: {
      detector: 'hosts',
      entity: 'db-3',
      step: FIRST + index,
      modelVersion: version,
      raw: 2 * score,
      score,
      scoreWithoutGuards: score,
      over: score > 1,
      rowUnusual: score > 1,
      alertable: score > 1,
      provisional: false,
    },
  }));
  const late = { ...steps[0], scored: null, vector: { ...steps[0]!.vector, step: FIRST + 20 } };
  const entities = [{ ...entityRow('db-3', FIRST + 20), cohort: '' }];
  store.applyCheckpoint(checkpointOf({ effects: { steps: [...steps, late] }, entities }), { outbox: [] });
  store.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('says in the first line under the head why nothing fired, then what that rests on', async () => {
  const { code, stdout } = await explain(...at(FIRST + 2));
  const lines = stdout.split('\n');
  expect(lines[0]).toBe('hosts / db-3, 1973-04-30 09:10:30 to 09:10:45 UTC');
  expect(lines[2]).toBe(
    'Did not fire yet: the score is 1.50, but 2 of the last 5 steps are over and 3 are wanted (confirm).',
  );
  for (const part of [
    'score       ██········ 1.50 (1 is the threshold, 10 the most)',
    `model       ${version}; 64 of 64 rows`,
    '✓ score: 1.50, wanted: 1 or more',
    '✗ confirm: 2 of the last 5 steps over, wanted: 3 of 5',
    '✗ mode: observe: shown, not delivered',
    'above all of training',
    ': anomaly, pending after this step',
  ])
    expect(stdout).toContain(part);
  expect(code).toBe(0);
});

it('gives the same as JSON, with all numbers', async () => {
  const { stdout } = await explain(...at(FIRST + 3), '--json');
  const explanation = JSON.parse(stdout) as StepExplanation;
  expect(explanation).toMatchObject({
    detector: 'hosts',
    entity: 'db-3',
    step: FIRST + 3,
    outcome: 'fired',
    score: 1.6,
    over: true,
    model: { version, usedThen: true },
    alert: { state: 'firing' },
  });
  expect(explanation.sentence).toMatch(/^Fired: score 1.60, third step over of the last 5; load was 9/);
  expect(explanation.features.map(({ feature }) => feature).sort()).toEqual(['load', 'requests']);
});

it('takes the newest step without a time', async () => {
  const { stdout } = await explain('--entity', 'db-3');
  expect(stdout).toContain('Not scored: warm-up, 1 of the ');
});

describe('says what there is instead of', () => {
  it.each([
    [['--detector', 'host', '--entity', 'db-3'], 'There is no detector "host"; did you mean "hosts"?', 1],
    [['--entity', 'db-4'], 'Detector hosts watches no entity "db-4"; did you mean "db-3"?', 1],
    [['--entity', 'web'], 'there are db-3.', 1],
    [at(1000), 'is not kept any more; kept are 1973-', 1],
    [at(FIRST + 30), 'is not closed yet, or no data came since; kept are 1973-', 1],
    [at(FIRST + 10), 'No data of db-3 came at 1973-', 1],
    [['--entity', 'db-3', '--at', 'yesterday'], '"at" is "yesterday"; write it as RFC 3339', 2],
  ])('what %j asks for', async (args, message, exit) => {
    const { code, stderr } = await explain(...args);
    expect(stderr).toContain(message);
    expect(code).toBe(exit);
  });
});
