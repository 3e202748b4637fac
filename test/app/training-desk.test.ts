import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createInstruments } from '../../src/app/instruments.ts';
import type { Instruments } from '../../src/app/instruments.ts';
import type { PipelineCall, TrainedModel } from '../../src/app/messages.ts';
import type { PipelineThread } from '../../src/app/pipeline-thread.ts';
import { rejectionsInARow } from '../../src/app/rejections.ts';
import type { EventName, TelemetryEvent } from '../../src/app/telemetry.ts';
import { TrainingDesk } from '../../src/app/training-desk.ts';
import type { Trainer, TrainerOptions } from '../../src/app/trainer.ts';
import type { StoreWriter } from '../../src/store/store-writer.ts';
import { detectorSpec, openWriter, temporaryDirectory } from '../store/sample-checkpoints.ts';
import { configOf } from './config-fixture.ts';

describe('the training desk', () => {
  let store: StoreWriter;
  let instruments: Instruments;
  let desk: TrainingDesk;
  let begin: () => void;
  let end: (outcome: string, trained?: TrainedModel | null) => Promise<void>;
  const levels: TelemetryEvent['level'][] = [];
  const events: EventName[] = [];
  const calls: PipelineCall[] = [];
  const asked: string[] = [];
  let refuses: boolean;

  beforeEach(() => {
    [events, levels, calls, asked].forEach((list) => (list.length = 0));
    refuses = false;
    store = openWriter(temporaryDirectory());
    const made = createInstruments(configOf('/nowhere'), 'silent', { version: '1', nodeVersion: '20' });
    instruments = {
      ...made,
      report: (event) => {
        events.push(event.event);
        levels.push(event.level);
        made.report(event);
      },
    };
    let settle: () => void = () => undefined;
    let trainer: TrainerOptions | null = null;
    const thread = {
      call: (call: PipelineCall) => {
        calls.push(call);
        if (refuses) return Promise.reject(new Error('no room'));
        if (call.kind === 'trained') store.insertTrainingRun(call.run);
        return Promise.resolve(null);
      },
    } as unknown as PipelineThread;
    desk = new TrainingDesk({
      config: configOf('/nowhere'),
      store,
      thread,
      instruments,
      progress: () => undefined,
      ended: () => settle(),
      makeTrainer: (options) => {
        trainer = options;
        return {
          running: 'hosts',
          request: ({ name }: { name: string }) => asked.push(name) > 0,
          cancel: (name: string) => asked.push(`cancel ${name}`) > 0,
          stop: () => Promise.resolve(),
        } as unknown as Trainer;
      },
    });
    let startedMs = 0;
    begin = () => trainer?.started('hosts', 7, startedMs + 1000);
    end = (outcome, trained = null) => {
      const settled = new Promise<void>((resolve) => (settle = resolve));
      startedMs += 1000;
      trainer?.ended(
        { detector: 'hosts', startedMs, endedMs: startedMs + 5, outcome, detail: 'Why.' },
        trained,
        detectorSpec(),
      );
      return settled;
    };
  });
  afterEach(() => store.close());

  it('takes requests for configured detectors alone, and cancels them', () => {
    expect([desk.request('hosts'), desk.request('other')]).toEqual([true, false]);
    expect(desk.cancel('hosts')).toBe(true);
    expect(asked).toEqual(['hosts', 'cancel hosts']);
    expect(desk.running).toBe('hosts');
  });

  it('has a run put on record at its beginning', async () => {
    begin();
    await end('failed');
    expect(calls).toMatchObject([
      { kind: 'training_started', detector: 'hosts', startedMs: 1000 },
      { kind: 'trained', run: { startedMs: 1000 } },
    ]);
  });

  it('brings a run to the pipeline thread, the metrics and the log', async () => {
    await end('failed');
    expect(calls).toMatchObject([{ kind: 'trained', run: { outcome: 'failed' }, trained: null }]);
    expect(events).toEqual(['training_ended']);
    const text = await instruments.metrics.registry.metrics();
    expect(text).toContain('strayd_training_runs_total{detector="hosts",outcome="failed"} 1');
  });

  it('warns where the model that was in use could not be compared with', async () => {
    const promotion = { promoted: true, verdicts: [], reason: 'Nothing could be compared.' };
    const trained = (card: object) =>
      ({ detector: 'hosts', version: 'v2', promoted: true, card }) as TrainedModel;
    await end('promoted', trained({ promotion }));
    await end('promoted', trained({ promotion: { ...promotion, lostChampion: true } }));
    expect(levels).toEqual(['info', 'warn']);
  });

  it('says that a model can’t be used if the thread refuses it', async () => {
    refuses = true;
    await end('promoted');
    expect(events).toEqual(['failed', 'training_ended']);
  });

  it('raises the alarm at the third rejection in a row, once, and drops it when one is promoted', async () => {
    await end('rejected');
    await end('rejected');
    expect(events).not.toContain('training_rejected');
    // What came to no model says nothing of the data.
    await end('failed');
    await end('rejected');
    expect(events.filter((event) => event === 'training_rejected')).toHaveLength(1);
    expect(instruments.vitals.trouble()[0]).toMatch(/^The last 3 trainings of detector hosts were rejected/);
    const rejections = async (): Promise<string> => {
      const text = await instruments.metrics.registry.metrics();
      return /^strayd_training_rejections_in_a_row.* (\d+)$/m.exec(text)?.[1] ?? '';
    };
    expect(await rejections()).toBe('3');
    await end('rejected');
    expect(events.filter((event) => event === 'training_rejected')).toHaveLength(1);
    await end('promoted');
    expect(instruments.vitals.trouble()).toEqual([]);
    expect(await rejections()).toBe('0');
  });
});

describe('rejectionsInARow', () => {
  it('counts back to the last promotion, over runs that came to nothing', () => {
    const count = (...outcomes: string[]): number =>
      rejectionsInARow(outcomes.map((outcome) => ({ outcome })));
    expect(count()).toBe(0);
    expect(count('promoted', 'rejected')).toBe(0);
    expect(count('rejected', 'failed', 'rejected', 'promoted', 'rejected')).toBe(2);
    expect(count('not_enough_history', 'rejected')).toBe(1);
  });
});
