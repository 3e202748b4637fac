import { rmSync } from 'node:fs';
import type { PipelineConfig } from '../config/pipeline-config.ts';
import { SimulatedFleetStream } from '../ingest/replay/simulated-fleet-stream.ts';
import type { RecordStream } from '../ingest/record-stream.ts';
import type { Acceptance } from '../pipeline/alerts/acceptance.ts';
import type { StoreWriter } from '../store/store-writer.ts';
import type { PipelineCall } from './messages.ts';
import type { PipelineWorkerData } from './pipeline.ts';
import { isSameShape } from './reload/detector-shape.ts';
import type { AlertLabel } from '../server/views/alert-view.ts';
import { excludeLabelled } from './exclude-labelled.ts';
import { checkImport } from './import-model.ts';
import { ModelRefusal } from './model-refusal.ts';
import type { WindowChange } from '../pipeline/effects.ts';
import { readForUse, readModel, recordModel } from './model-shelf.ts';
import { rollbackTarget } from './rollback-target.ts';
import type { DeadLetterTopic } from './dead-letter-topic.ts';
import type { RunningBeginning } from './history/start-beginning.ts';
import type { PipelineRunner } from './pipeline-runner.ts';
import type { Report } from './telemetry.ts';
import type { Turns } from './turns.ts';

/** So long the stop waits for the broker to take the last marks; without them the next start goes by the store's own. */
const COMMIT_PATIENCE_MS = 5000;

/** What runs in the pipeline thread. */
export interface RunningPipeline {
  readonly config: PipelineConfig;
  readonly store: StoreWriter;
  readonly stream: RecordStream;
  readonly runner: PipelineRunner;
  readonly report: Report;
  readonly timer: NodeJS.Timeout | undefined;
  /** Sends dead letters on; `null`: they stay in the store. */
  readonly letters: DeadLetterTopic | null;
  /** What comes before the stream is started. */
  readonly beginning: RunningBeginning;
  /** Of the calls that take a while: a stop must not close the store under one. */
  readonly turns: Turns;
  /** Goes on with another configuration; in turn. Absent: it can't. */
  reload?(data: PipelineWorkerData): Promise<void>;
}

/** Serves one call of the main thread; `stop` drains, writes the last checkpoint and closes everything. */
export async function answerCall(call: PipelineCall, running: RunningPipeline): Promise<unknown> {
  const { store, stream, runner } = running;
  switch (call.kind) {
    case 'ping':
      return null;
    case 'training_started':
      return running.turns.take(() =>
        runner.write(() => store.startTrainingRun(call.detector, call.startedMs)),
      );
    case 'trained':
      return running.turns.take(() => useTraining(call, running));
    case 'roll_back':
      return running.turns.take(() => rollBack(call.detector, call.version, running));
    case 'import_model':
      return running.turns.take(() => takeIn(call.bytes, running));
    case 'label':
      return running.turns.take(() => Promise.resolve(label(call.id, call.label, running)));
    case 'accept':
      return running.turns.take(() => accept(call.accepted, running));
    case 'reload':
      return running.turns.take(() => reload(call, running));
    case 'resend':
      return store.resendOutbox(call.choice, Date.now());
    case 'windows':
      return running.turns.take(() => changeWindows(call.changes, running));
    case 'outbox_marks':
      store.markOutbox(call.marks);
      return null;
    case 'resume':
      if (stream instanceof SimulatedFleetStream) stream.resume();
      return null;
    case 'stop':
      clearInterval(running.timer);
      runner.hurry();
      return running.turns.take(() => stop(running));
  }
}

async function stop({ store, stream, runner, beginning, letters }: RunningPipeline): Promise<null> {
  const hasBegun = await beginning.stop();
  await letters?.stop();
  if (!hasBegun) {
    store.close();
    return null;
  }
  await stream.stop();
  await runner.checkpoint();
  await runner.committed(COMMIT_PATIENCE_MS);
  await stream.close?.();
  store.close();
  return null;
}

function label(id: string, as: AlertLabel, { config, store, runner }: RunningPipeline): boolean {
  const isKnown = store.labelAlert(id, as);
  if (isKnown) excludeLabelled(id, { store, detectors: config.detectors, runner });
  return isKnown;
}

async function reload(
  { data, notes }: PipelineCall & { readonly kind: 'reload' },
  running: RunningPipeline,
): Promise<null> {
  const { runner, store } = running;
  const areKept = await runner.write(() => notes.forEach(({ name, text }) => store.setNote(name, text)));
  if (!areKept || running.reload === undefined) throw new Error('strayd stops');
  await running.reload(data);
  return null;
}

async function accept(
  accepted: readonly Omit<Acceptance, 'effectiveStep'>[],
  { runner }: RunningPipeline,
): Promise<null> {
  for (const one of accepted) runner.take({ kind: 'accept', ...one, effectiveStep: null });
  if (!(await runner.checkpoint())) throw new Error('the store was full when strayd stopped; accept again.');
  return null;
}

async function changeWindows(
  changes: readonly WindowChange[],
  { store, runner }: RunningPipeline,
): Promise<boolean> {
  const silences = changes.filter(({ window }) => window.kind === 'silence');
  for (const change of changes) {
    if (change.window.kind !== 'silence') runner.take({ kind: 'window', ...change });
  }
  const isWritten = silences.length === 0 || (await runner.write(() => store.changeWindows(silences)));
  // Who is told that it is muted must find it so after a crash.
  const isKept = silences.length === changes.length || (await runner.checkpoint());
  if (!isWritten || !isKept) throw new Error('the store was full when strayd stopped; say it again.');
  return true;
}

/** The detector has been changed meanwhile, or is no more: what was learned is of no use. */
async function dropTraining(
  { run, trained }: PipelineCall & { readonly kind: 'trained' },
  { store, runner }: Pick<RunningPipeline, 'store' | 'runner'>,
): Promise<false> {
  if (trained !== null) rmSync(trained.path, { force: true });
  const detail = 'Its detector was changed before it was through, so the model is of no use.';
  await runner.write(() => store.insertTrainingRun({ ...run, outcome: 'cancelled', detail }));
  return false;
}

async function rollBack(
  detector: string,
  version: string | null,
  { config, store, runner }: RunningPipeline,
): Promise<string> {
  const spec = config.detectors.find(({ name }) => name === detector);
  if (spec === undefined)
    throw new ModelRefusal('unknown', `There is no detector ${JSON.stringify(detector)}.`);
  const { target, active } = rollbackTarget(detector, store.listModels(detector), version);
  const loaded = await readForUse(target, spec);
  const reason = `Rolled back by hand to ${target.version}.`;
  const rollback = active === null ? {} : { rollback: { from: active.version, reason } };
  runner.take({ kind: 'model', ...loaded, effectiveStep: null, ...rollback });
  if (!(await runner.checkpoint()))
    throw new Error('the store was full when strayd stopped; roll back again.');
  return target.version;
}

async function takeIn(bytes: Uint8Array, { config, store, runner }: RunningPipeline): Promise<string> {
  const { detectors, storePath } = config;
  const shelved = await checkImport(bytes, { detectors, storePath, store });
  if (!(await runner.write(() => shelved.record(Date.now()))))
    throw new Error('the store was full when strayd stopped; import again.');
  return shelved.version;
}

async function useTraining(
  call: PipelineCall & { readonly kind: 'trained' },
  { config, store, runner, report }: RunningPipeline,
): Promise<null | false> {
  const { run, trained } = call;
  const spec = config.detectors.find(({ name }) => name === run.detector);
  if (spec === undefined || !isSameShape(spec, call.spec ?? spec))
    return dropTraining(call, { store, runner });
  const isOnRecord = await runner.write(() => {
    if (trained !== null) recordModel(store, trained, { nowMs: run.endedMs, keep: spec.training.keep });
    store.insertTrainingRun(run);
  });
  if (!isOnRecord) {
    throw new Error(
      'the store was still full when strayd stopped, so the training is not on record: train again.',
    );
  }
  if (trained?.promoted !== true) return null;
  const loaded = await readModel(trained.path, spec);
  runner.take({ kind: 'model', ...loaded, effectiveStep: null });
  if (!(await runner.checkpoint())) {
    throw new Error(`the store was full when strayd stopped; the next start takes ${trained.version} up.`);
  }
  const message = `Detector ${spec.name} scores with model ${trained.version} from now on.`;
  report({
    event: 'model_activated',
    level: 'info',
    message,
    fields: { detector: spec.name, version: trained.version },
  });
  return null;
}
