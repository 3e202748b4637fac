import type { PipelineConfig } from '../config/pipeline-config.ts';
import { SimulatedFleetStream } from '../ingest/replay/simulated-fleet-stream.ts';
import type { RecordStream } from '../ingest/record-stream.ts';
import type { StoreWriter } from '../store/store-writer.ts';
import type { PipelineCall, TrainedModel } from './messages.ts';
import { readModel, recordModel } from './model-shelf.ts';
import type { PipelineRunner } from './pipeline-runner.ts';
import type { Report } from './telemetry.ts';

/** What runs in the pipeline thread. */
export interface RunningPipeline {
  readonly config: PipelineConfig;
  readonly store: StoreWriter;
  readonly stream: RecordStream;
  readonly runner: PipelineRunner;
  readonly report: Report;
  readonly timer: NodeJS.Timeout;
}

/** Serves one call of the main thread; `stop` drains, writes the last checkpoint and closes everything. */
export async function answerCall(call: PipelineCall, running: RunningPipeline): Promise<unknown> {
  const { store, stream, runner } = running;
  switch (call.kind) {
    case 'ping':
      return null;
    case 'model':
      return useModel(call.trained, running);
    case 'training_run':
      store.insertTrainingRun(call.run);
      return null;
    case 'label':
      return store.labelAlert(call.id, call.label);
    case 'outbox_marks':
      store.markOutbox(call.marks);
      return null;
    case 'resume':
      if (stream instanceof SimulatedFleetStream) stream.resume();
      return null;
    case 'stop':
      clearInterval(running.timer);
      runner.hurry();
      await stream.stop();
      await runner.checkpoint();
      await stream.close?.();
      store.close();
      return null;
  }
}

async function useModel(
  trained: TrainedModel,
  { config, store, runner, report }: RunningPipeline,
): Promise<null> {
  recordModel(store, trained, Date.now());
  const spec = config.detectors.find(({ name }) => name === trained.detector);
  if (spec === undefined) throw new Error(`no detector ${trained.detector}`);
  if (!trained.promoted) return null;
  const loaded = await readModel(trained.path, spec);
  runner.take({ kind: 'model', ...loaded, effectiveStep: null });
  await runner.checkpoint();
  const message = `Detector ${spec.name} scores with model ${trained.version} from now on.`;
  report({
    event: 'model_activated',
    level: 'info',
    message,
    fields: { detector: spec.name, version: trained.version },
  });
  return null;
}
