import { setImmediate } from 'node:timers/promises';
import type { DetectorSpec } from '../../core/detector.ts';
import type { Limits } from '../../core/limits.ts';
import { stepEndMs } from '../../core/step-grid.ts';
import { createState } from '../../pipeline/create-state.ts';
import type { StepRecord } from '../../pipeline/effects.ts';
import type { PipelineInput } from '../../pipeline/inputs.ts';
import { step } from '../../pipeline/step.ts';
import type { HistorySource, Stretch } from './history-source.ts';

const EMPTY = { marks: [], entities: [], activations: [], budgetRefits: [], exclusions: [] };

/**
 * The vectors of a stretch of history, by the pipeline itself: a new one that begins a little before, for rates, and ends a little after,
 * for what comes late. Steps that do not lie wholly within the stretch are left out. A reading that was aborted answers what was closed.
 */
export async function readStretch(
  stretch: Stretch,
  { detectors, history, limits, signal }: StretchReading,
): Promise<StepRecord[]> {
  const state = createState({
    detectors,
    restored: EMPTY,
    models: [],
    nextRefitMs: () => Infinity,
    maxAlertAgeMs: Infinity,
    limits,
  });
  const stepMsOf = new Map(detectors.map((spec) => [spec.name, spec.stepMs]));
  const vectors: StepRecord[] = [];
  const take = (inputs: readonly PipelineInput[]): void => {
    for (const record of step(state, inputs).steps) {
      const { detector, step: at } = record.vector;
      if (stepEndMs(at, stepMsOf.get(detector) ?? 0) <= stretch.toMs) vectors.push(record);
    }
  };
  const { partitions } = history;
  take(
    partitions.map((partition) => ({
      kind: 'assigned',
      partition,
      nextOffset: null,
      wholeFromMs: stretch.fromMs,
    })),
  );
  for await (const slices of history.portions(widened(stretch, detectors), signal)) {
    for (const slice of slices) {
      take([{ kind: 'records', slice }]);
      await setImmediate();
    }
  }
  if (!signal.aborted) take(partitions.map((partition) => ({ kind: 'idle', partition, idle: true })));
  return vectors;
}

/** What a reading of a stretch works with. */
export interface StretchReading {
  readonly detectors: readonly DetectorSpec[];
  readonly history: HistorySource;
  readonly limits: Limits;
  readonly signal: AbortSignal;
}

function widened({ fromMs, toMs }: Stretch, detectors: readonly DetectorSpec[]): Stretch {
  const before = Math.max(...detectors.map(({ stepMs, absentAfterMs }) => stepMs + absentAfterMs));
  const after = Math.max(
    ...detectors.map(
      ({ stepMs, absentAfterMs, allowedLatenessMs }) => stepMs + absentAfterMs + allowedLatenessMs,
    ),
  );
  return { fromMs: fromMs - before, toMs: toMs + after };
}
