import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runDryRun } from '../../../src/app/dry-run/run-dry-run.ts';
import type * as childModule from '../../../src/app/run-in-child.ts';
import { writeModelFile } from '../../../src/app/write-model-file.ts';
import type { AlertSpec, DetectorSpec } from '../../../src/core/detector.ts';
import { loadModel, unpackModelFile } from '../../../src/model/model-file.ts';
import { decodeCalibrations } from '../../../src/pipeline/scoring/calibration-section.ts';
import { step } from '../../../src/pipeline/step.ts';
import { takeCheckpoint } from '../../../src/pipeline/take-checkpoint.ts';
import type { DetectorDryRun, DryRunView } from '../../../src/server/views/dry-run-view.ts';
import {
  DAY,
  gridStep,
  HOUR,
  levelBeginning,
  levelInputs,
  levelPipeline,
  levelSpec,
  trainedLevelFile,
} from '../../pipeline/level-world.ts';
import { openWriter, temporaryDirectory } from '../../store/sample-checkpoints.ts';
import { builtModule } from '../../support/built-module.ts';

const END = 3 * DAY;
/** Both within the last day: what holds for ten steps, and what is over at once. */
const LONG = { from: 2 * DAY + 9 * HOUR, steps: 10 };
const SHORT = { from: 2 * DAY + 16 * HOUR, steps: 1 };
/** The week before that the model knows is not in the store. */
const spec: DetectorSpec = { ...levelSpec, training: { ...levelSpec.training, minSteps: DAY } };

const edited = (alert: Partial<AlertSpec>, rest: Partial<DetectorSpec> = {}): DetectorSpec => ({
  ...spec,
  ...rest,
  alert: { ...spec.alert, ...alert },
});

describe('a dry run on the last day', () => {
  const path = temporaryDirectory();
  beforeAll(async () => {
    const { file, card } = await trainedLevelFile(spec);
    const model = await loadModel(file, 'cpu');
    const { version } = model;
    const writer = openWriter(path);
    writer.declareDetectors([spec]);
    writer.insertModel({
      detector: spec.name,
      version,
      path: writeModelFile(path, { detector: spec.name, version }, file),
      sha256: createHash('sha256').update(file).digest('hex'),
      card,
      status: 'candidate',
      reason: '',
      createdMs: 0,
    });
    const parts = { model, calibrations: decodeCalibrations(unpackModelFile(file).calibration) };
    const state = levelPipeline(parts, undefined, spec);
    const within = (at: number, { from, steps }: typeof LONG): boolean => at >= from && at < from + steps;
    const inputs = [
      ...levelBeginning(parts),
      ...levelInputs(END, (at, [cpu = 0, latency = 0, traffic = 0]) => {
        const more = within(at, LONG) ? 0.1 : within(at, SHORT) ? 0.05 : 0;
        return [cpu, latency + more, traffic];
      }),
    ];
    for (let at = 0; at < inputs.length; at += 100) {
      const effects = step(state, inputs.slice(at, at + 100));
      writer.applyCheckpoint(takeCheckpoint(state, effects), { outbox: [] });
    }
    writer.close();
    model.dispose();
  });
  afterAll(() => rmSync(path, { recursive: true }));

  const dryRun = async (other: DetectorSpec): Promise<DetectorDryRun> => {
    const { detectors } = await runDryRun({ storePath: path, pairs: [{ running: spec, edited: other }] });
    const [first] = detectors;
    if (first === undefined) throw new Error('no answer');
    return first;
  };
  const playedOf = ({ played, notPlayed }: DetectorDryRun) => {
    if (played === null) throw new Error(String(notPlayed));
    return played;
  };
  const at = (ms: number): number => ms / spec.stepMs - gridStep(0);

  it('finds with the running detector what was found then, and with the edited one what it would have', async () => {
    const result = await dryRun(edited({ confirm: { steps: 1, of: 1 } }));
    const played = playedOf(result);
    expect(result).toMatchObject({ tried: ['alert.confirm'], untried: [] });
    expect(played).toMatchObject({ entities: 1, entitiesOfAll: 1, onRecord: 1, more: 0, trained: null });
    expect(played.then).toMatchObject({ alerts: 1, incidents: 1 });
    // One of one week is a seventh of an incident a day.
    expect(played.then.budgetUsed).toBeCloseTo(7, 1);
    expect(played.toMs - played.fromMs).toBe(86_400_000);
    const gained = played.alerts.filter(({ change }) => change === 'gained').map(({ fromMs }) => at(fromMs));
    const kept = played.alerts.filter(({ change }) => change === 'kept').map(({ fromMs }) => at(fromMs));
    expect(gained).toContain(SHORT.from);
    expect(kept).toEqual([LONG.from]);
    expect(played.alerts.find(({ change }) => change === 'kept')?.feature).toBe('latency');
    expect(played.now.alerts).toBe(gained.length + kept.length);
  });

  it('shows what a greater change that is asked for would have cost', async () => {
    const played = playedOf(await dryRun(edited({ minChange: { relative: 5, absolute: 0 } })));
    expect(played.now).toMatchObject({ alerts: 0, incidents: 0, budgetUsed: 0 });
    expect(played.alerts.map(({ change }) => change)).toEqual(['lost']);
  });

  it('holds the same scores against another budget', async () => {
    const played = playedOf(await dryRun(edited({ budget: { ...spec.alert.budget, count: 200 } })));
    expect(played.now.budget).toBe('200 per week per entity');
    expect(played.now.alerts).toBeGreaterThan(played.then.alerts);
  });

  it('says what a day of vectors can not show, and why', async () => {
    const result = await dryRun({
      ...spec,
      stepMs: 60_000,
      mode: spec.mode === 'alert' ? 'observe' : 'alert',
      features: [
        ...spec.features.slice(1).map((feature) => ({ ...feature, aggregate: 'sum' as const })),
        { name: 'disk', metric: 'disk', where: [], as: 'gauge', aggregate: 'mean', unit: '' },
      ],
      alert: { ...spec.alert, flatline: { afterMs: 3_600_000 } },
    });
    expect(result.notPlayed).toBe('Nothing of what is changed shows in the last day.');
    expect(result.untried.map(({ key }) => key)).toEqual([
      'features.disk',
      'features.cpu',
      'mode',
      'alert.flatline',
      'features.latency.aggregate',
      'features.traffic.aggregate',
      'step',
    ]);
    expect(result.untried[0]?.reason).toContain('no values of it are kept');
  });

  it('tries what can be tried of an edit that also changes how vectors are made', async () => {
    const played = playedOf(
      await dryRun(edited({ minChange: { relative: 5, absolute: 0 } }, { stepMs: 60_000 })),
    );
    expect(played.now.alerts).toBe(0);
  });

  it('trains a model for other windows on what came before the day', async () => {
    const result = await dryRun(edited({}, { windows: [4, 16] }));
    const played = playedOf(result);
    expect(result.tried).toEqual(['windows']);
    expect(played.trained).toContain('For windows a model was trained');
    expect(played.now.alerts).toBeGreaterThan(0);
  });

  it('says so where the time before the day is too little for a training, and tries the rest', async () => {
    const running = { ...spec, training: { ...spec.training, minSteps: 100 * DAY } };
    const windows = { ...running, windows: [4] };
    const both = { ...windows, alert: { ...spec.alert, confirm: { steps: 1, of: 1 } } };
    const pairs = [windows, both].map((other) => ({ running, edited: other }));
    const [alone, beside] = (await runDryRun({ storePath: path, pairs })).detectors;
    expect(alone?.notPlayed).toContain('too little to train one');
    expect(beside).toMatchObject({
      tried: ['alert.confirm'],
      untried: [{ key: 'windows' }],
      notPlayed: null,
    });
    expect(beside?.untried[0]?.reason).toContain('too little to train one');
    expect(beside?.played?.now.alerts).toBeGreaterThan(beside?.played?.then.alerts ?? Infinity);
  });

  it('does so in a process of its own', async () => {
    const pairs = [{ running: spec, edited: edited({ confirm: { steps: 1, of: 1 } }) }];
    const { runInChild } = await builtModule<typeof childModule>('app/run-in-child.js');
    let result: DryRunView | null = null;
    const child = runInChild<DryRunView>({
      script: './dry-run/dry-run-process.js',
      job: { storePath: path, pairs },
      timeLimitMs: 60_000,
      memoryLimitBytes: 2 ** 30,
      message: (said) => (result = said),
    });
    await child.ended;
    expect(result).toEqual(await runDryRun({ storePath: path, pairs }));
  });
});
