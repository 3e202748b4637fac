import { rmSync } from 'node:fs';
import { shadowName } from '../../core/shadow-name.ts';
import type { RecordStream } from '../../ingest/record-stream.ts';
import { isHeldBack } from '../../pipeline/step.ts';
import type { StoreWriter } from '../../store/store-writer.ts';
import type { AssembledPipeline } from '../assemble-pipeline.ts';
import { noteOfRecords } from './detector-records.ts';

/** So long it is waited for the broker to take the last marks: those of the pipeline that comes must not be overtaken by them. */
const COMMIT_PATIENCE_MS = 1000;

/** Partitions replay, so that it could not be said at which step a detector's place is taken. */
export class SuccessionPostponed extends Error {
  override readonly name = 'SuccessionPostponed';
}

/** What a pipeline is exchanged with. */
export interface SwapOptions {
  readonly former: AssembledPipeline;
  readonly store: StoreWriter;
  /** Of the pipeline that comes. */
  readonly data: AssembledPipeline['data'];
  /** `stream`: to be read on by it; `null`: it gets one of its own. */
  readonly assemble: (
    data: AssembledPipeline['data'],
    stream: RecordStream | null,
  ) => Promise<AssembledPipeline>;
  /** The former's was never started; or is to be read on; or another one is to be started, and the former's closed. */
  readonly stream: 'unstarted' | 'exchange' | 'anew';
  /** From here on this is the one; called before it reads anything. */
  readonly adopt: (next: AssembledPipeline) => void;
  /** The detector whose place the one that warmed up for it takes; absent: none. */
  readonly succeeded?: string;
}

/**
 * Lets another pipeline go on where one is: everything is written, and the other is restored from the store as after a restart, so that
 * what holds for a restart holds for this too. Rejects if that can't be done; then the former one goes on as if nothing had been, unless
 * a detector's place was taken already: then only a restart helps.
 */
export async function swapPipeline(options: SwapOptions): Promise<void> {
  const { former, assemble, data, stream: mode } = options;
  const { stream } = former;
  if (mode === 'exchange' && stream.exchange !== undefined) {
    await stream.exchange(async () => {
      await writeAll(options);
      return take(options, () => assemble(data, stream));
    });
    return;
  }
  if (mode === 'anew') await stream.stop();
  await writeAll(options);
  // Gone from the group before it comes back as another member.
  if (mode === 'anew') await stream.close?.();
  try {
    await take(options, () => assemble(data, null));
  } catch (error) {
    if (mode === 'anew') await take(options, () => assemble(former.data, null));
    throw error;
  }
}

async function writeAll({ former, store, succeeded }: SwapOptions): Promise<void> {
  const { runner, plan, state } = former;
  if (succeeded !== undefined) {
    if (isHeldBack(state)) throw new SuccessionPostponed();
    runner.take({ kind: 'succession', detector: succeeded, successor: shadowName(succeeded) });
  }
  if (!(await runner.end())) throw new Error('the store was full when strayd stopped');
  await runner.committed(COMMIT_PATIENCE_MS);
  if (succeeded === undefined) return;
  const records = plan.records.map((record) =>
    record.detector === succeeded && record.next !== null
      ? { ...record, serving: record.next, next: null, sinceMs: 0 }
      : record,
  );
  const [name, text] = noteOfRecords(records);
  const succeededBy = [{ detector: succeeded, successor: shadowName(succeeded) }];
  const gone = store.succeed({ dropped: [], succeeded: succeededBy }, { name, text });
  for (const { path } of gone) rmSync(path, { force: true });
}

async function take(
  { former, adopt }: SwapOptions,
  assemble: () => Promise<AssembledPipeline>,
): Promise<AssembledPipeline['runner']> {
  let next: AssembledPipeline;
  try {
    next = await assemble();
  } catch (error) {
    former.runner.goOn();
    throw error;
  }
  adopt(next);
  for (const { models } of former.state.detectors) {
    for (const model of new Set(models.map(({ context }) => context.model))) model.dispose();
  }
  for (const input of former.runner.waiting()) next.runner.take(input);
  return next.runner;
}
