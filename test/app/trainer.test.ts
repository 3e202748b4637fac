import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TrainedModel } from '../../src/app/messages.ts';
import { readModel } from '../../src/app/model-shelf.ts';
import type * as aloneModule from '../../src/app/train-alone.ts';
import type * as trainerModule from '../../src/app/trainer.ts';
import type { Trainer, TrainerOptions } from '../../src/app/trainer.ts';
import type { DetectorSpec } from '../../src/core/detector.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { TrainingRun } from '../../src/store/training-run-repository.ts';
import { builtModule } from '../support/built-module.ts';
import { configOf } from './config-fixture.ts';
import { addSteps, trainableSpec, trainingStore } from './training-store.ts';
import type { TrainingStore } from './training-store.ts';

interface Ended {
  readonly run: TrainingRun;
  readonly trained: TrainedModel | null;
}

describe('the trainer with its real process', () => {
  const spec = trainableSpec();
  let store: TrainingStore;
  let clockMs = 0;
  beforeEach(() => {
    store = trainingStore([spec]);
    clockMs = 1000;
  });
  afterEach(() => store.remove());

  /** A trainer and the ends of its runs as they come. */
  async function makeTrainer(options: Partial<TrainerOptions> = {}) {
    const { Trainer } = await builtModule<typeof trainerModule>('app/trainer.js');
    const waiting: ((ended: Ended) => void)[] = [];
    const trainer: Trainer = new Trainer({
      storePath: store.path,
      nowMs: () => (clockMs += 1000),
      progress: () => undefined,
      started: () => undefined,
      ended: (run, trained) => waiting.shift()?.({ run, trained }),
      ...options,
    });
    const next = (): Promise<Ended> => new Promise((resolve) => waiting.push(resolve));
    const train = (wanted: DetectorSpec = spec): Promise<Ended> => {
      trainer.request(wanted);
      return next();
    };
    return { trainer, next, train };
  }

  const modelFiles = (): string[] => readdirSync(join(store.path, 'models'));

  it('leaves a whole model file, and says what it is', async () => {
    mkdirSync(join(store.path, 'models'));
    writeFileSync(join(store.path, 'models', 'hosts-crashed.model.part'), 'half');
    const seen: number[] = [];
    const { train } = await makeTrainer({ progress: (_detector, fraction) => seen.push(fraction) });
    const { run, trained } = await train();
    expect(run).toMatchObject({ detector: 'hosts', startedMs: 2000, endedMs: 3000, outcome: 'promoted' });
    expect(modelFiles()).toEqual([`hosts-${trained?.version}.model`]);
    const bytes = readFileSync(trained?.path ?? '');
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(trained?.sha256);
    const { model } = await readModel(trained?.path ?? '', spec);
    expect(model.version).toBe(trained?.version);
    model.dispose();
    expect(seen.at(-1)).toBe(1);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });

  it('gives the same model for the same history', async () => {
    const { train } = await makeTrainer();
    const [first, second] = [await train(), await train()];
    expect(second.trained?.sha256).toBe(first.trained?.sha256);
  });

  it('says how much history is missing', async () => {
    const { train } = await makeTrainer();
    const { run, trained } = await train(trainableSpec({ training: { ...spec.training, minSteps: 5000 } }));
    expect(run.outcome).toBe('not_enough_history');
    expect(run.detail).toMatch(/has 400 normal steps .* 5000 are wanted/);
    expect(trained).toBeNull();
  });

  it('has not enough in an empty store', async () => {
    store.remove();
    store = trainingStore([spec], 0);
    const { run } = await (await makeTrainer()).train();
    expect(run).toMatchObject({ outcome: 'not_enough_history' });
  });

  it('a process that is killed is a failed run that leaves no model', async () => {
    const { train } = await makeTrainer({
      started: (_detector, pid) => process.kill(pid ?? 0, 'SIGKILL'),
    });
    const { run, trained } = await train();
    expect(run.outcome).toBe('failed');
    expect(run.detail).toBe(
      'The training process ended with signal SIGKILL: it said nothing; the model in use stays.',
    );
    expect(trained).toBeNull();
    expect(readdirSync(store.path)).not.toContain('models');
  });

  it('goes on with the next one after a run that failed', async () => {
    let kill = true;
    const { train } = await makeTrainer({
      started: (_detector, pid) => {
        if (kill) process.kill(pid ?? 0, 'SIGKILL');
        kill = false;
      },
    });
    expect((await train()).run.outcome).toBe('failed');
    expect((await train()).run.outcome).toBe('promoted');
  });

  it('a process that dies of an error says of which', async () => {
    const { train } = await makeTrainer({ storePath: join(store.path, 'nowhere') });
    const { run } = await train();
    expect(run.outcome).toBe('failed');
    expect(run.detail).toMatch(
      /^The training process ended with exit code 1: .*nowhere.*; the model in use stays\.$/,
    );
  });

  it('trains one detector at a time, in the order in which they were asked for', async () => {
    const started: string[] = [];
    const { trainer, next } = await makeTrainer({ started: (detector) => started.push(detector) });
    const other = trainableSpec({ name: 'apps' });
    expect([
      trainer.request(spec),
      trainer.request(spec),
      trainer.request(other),
      trainer.request(other),
    ]).toEqual([true, false, true, false]);
    expect(trainer.running).toBe('hosts');
    await next();
    expect((await next()).run).toMatchObject({ detector: 'apps', outcome: 'not_enough_history' });
    expect(started).toEqual(['hosts', 'apps']);
    expect(trainer.running).toBeNull();
  });

  it('a stop ends the run, forgets those that wait, and takes no more', async () => {
    const { trainer, next } = await makeTrainer();
    trainer.request(spec);
    trainer.request(trainableSpec({ name: 'apps' }));
    const ended = next();
    await trainer.stop();
    expect((await ended).run.outcome).toBe('stopped');
    expect(trainer.request(spec)).toBe(false);
    expect(trainer.running).toBeNull();
  });

  it('a run that is cancelled is on record as such and leaves no model', async () => {
    const { trainer, next } = await makeTrainer();
    trainer.request(spec);
    trainer.request(trainableSpec({ name: 'apps' }));
    const ended = next();
    expect([trainer.cancel('apps'), trainer.cancel('hosts'), trainer.cancel('nobody')]).toEqual([
      true,
      true,
      false,
    ]);
    const { run, trained } = await ended;
    expect(run).toMatchObject({ outcome: 'cancelled', detail: 'It was cancelled; the model in use stays.' });
    expect(trained).toBeNull();
    expect(trainer.running).toBeNull();
    // And the next one goes its way.
    trainer.request(spec);
    expect((await next()).run.outcome).toBe('promoted');
  });

  it('a run that takes too long is ended and says so', async () => {
    const hasty = trainableSpec({ training: { ...spec.training, timeLimitMs: 50 } });
    const { run } = await (await makeTrainer()).train(hasty);
    expect(run).toMatchObject({
      outcome: 'failed',
      detail: 'It was not through after 50ms (training.time_limit); the model in use stays.',
    });
  });

  it('a process that takes too much memory is ended and says so, wasm’s memory counted', async () => {
    // Less than a bare process takes, more than its JavaScript heap.
    const small = trainableSpec({ training: { ...spec.training, memoryLimitBytes: 40 * 2 ** 20 } });
    const { run } = await (await makeTrainer()).train(small);
    expect(run.outcome).toBe('failed');
    expect(run.detail).toMatch(
      /^Its process took \d+ MB of memory, more than training.memory_limit; the model/,
    );
  });

  it('a process whose heap is full dies alone, and says of what', async () => {
    const tight = trainableSpec({ training: { ...spec.training, memoryLimitBytes: 12 * 2 ** 20 } });
    const { run } = await (await makeTrainer()).train(tight);
    expect(run.outcome).toBe('failed');
    expect(run.detail).toMatch(/heap|memory/);
  });

  describe('beside a model in use', () => {
    /** Trains by `strayd train`'s way, which puts a promoted model to use. */
    async function trainAlone(wanted: DetectorSpec): Promise<TrainingRun | undefined> {
      const alone = await builtModule<typeof aloneModule>('app/train-alone.js');
      const config = configOf(store.path, wanted);
      const runs = await alone.trainAlone({ config, detectors: [wanted], progress: () => undefined });
      return runs?.[0];
    }
    const statuses = (): string[] => {
      const reader = openStore(store.path, { mode: 'read' });
      const all = reader.listModels('hosts').map(({ status }) => status);
      reader.close();
      return all;
    };

    it('keeps one that is worse on record, and does not use it', async () => {
      expect((await trainAlone(spec))?.outcome).toBe('promoted');
      addSteps(store.path, [spec], { from: 400, to: 800 });
      // A net that has hardly begun to learn.
      const unlearned = { ...spec.model, type: 'dense' as const, maxEpochs: 1, learningRate: 1e-6 };
      const worse = trainableSpec({ model: unlearned });
      expect(await trainAlone(worse)).toMatchObject({
        outcome: 'rejected',
        detail: expect.stringContaining('beyond the margin') as string,
      });
      expect(statuses()).toEqual(['rejected', 'active']);
      const reader = openStore(store.path, { mode: 'read' });
      expect(reader.listActivations('hosts')).toMatchObject([{ effectiveStep: 401 }]);
      expect(reader.listTrainingRuns('hosts', 9).map(({ outcome }) => outcome)).toEqual([
        'rejected',
        'promoted',
      ]);
      reader.close();
    });

    it('trains anew if the file of the one in use is damaged', async () => {
      await trainAlone(spec);
      for (const file of modelFiles()) writeFileSync(join(store.path, 'models', file), 'rubbish');
      const { run, trained } = await (await makeTrainer()).train();
      expect(run.outcome).toBe('promoted');
      await expect(readModel(trained?.path ?? '', spec)).resolves.toBeDefined();
    });
  });
});
