import type { DetectorSpec } from '../core/detector.ts';
import { median } from '../core/median.ts';
import type { StoreReader } from '../store/store-reader.ts';
import type { Report } from './telemetry.ts';

const DAY_MS = 86_400_000;
const EVERY_MS = 3_600_000;
/** So much larger errors than on hold-out, over a day and most entities, ask for a training before its schedule. */
const FACTOR = 1.5;
/** After any training a detector is left in peace for so long: another one on nearly the same rows would change little. */
const COOL_DOWN_MS = DAY_MS;
/** Entities that are looked at; by name, so always the same. */
const MOST_ENTITIES = 50;

export interface DriftWatchOptions {
  readonly detectors: readonly DetectorSpec[];
  readonly store: StoreReader;
  readonly request: (detector: string) => boolean;
  readonly report: Report;
  readonly nowMs: () => number;
}

/** Looks each hour whether the last day's errors have left those of hold-out behind, and asks for a training then; answers how to stop. */
export function startDriftWatch(options: DriftWatchOptions): () => void {
  const timer = setInterval(() => {
    try {
      askWhereDrifted(options);
    } catch (error) {
      const message = `Looking for drift: ${error instanceof Error ? error.message : String(error)}`;
      options.report({ event: 'failed', level: 'error', message });
    }
  }, EVERY_MS);
  return () => clearInterval(timer);
}

/** Asks for a training of each detector that has drifted and is not cooling down. */
export function askWhereDrifted({ detectors, store, request, report, nowMs }: DriftWatchOptions): void {
  for (const spec of detectors) {
    const [last] = store.listTrainingRuns(spec.name, 1);
    if (last !== undefined && nowMs() - last.endedMs < COOL_DOWN_MS) continue;
    const factor = driftOf(store, spec);
    if (factor === null || factor < FACTOR || !request(spec.name)) continue;
    const message =
      `The last day's errors of detector ${spec.name} are ${factor.toFixed(2)} times those that its model was ` +
      'judged by: it is trained before its schedule.';
    report({ event: 'drifted', level: 'info', message, fields: { detector: spec.name, factor } });
  }
}

/**
 * The last day's usual error ÷ that of hold-out, in the middle of the entities (each already in units of its own hold-out error); `null`
 * unless the model in use has scored the whole day.
 */
function driftOf(store: StoreReader, spec: DetectorSpec): number | null {
  const active = store.listModels(spec.name).find(({ status }) => status === 'active');
  const newestStep = Math.floor(store.newestMs(spec) / spec.stepMs);
  const fromStep = newestStep - Math.floor(DAY_MS / spec.stepMs);
  if (active === undefined || active.effectiveStep === null || active.effectiveStep > fromStep) return null;
  const { usualScore } = JSON.parse(active.card) as { readonly usualScore?: number };
  if (usualScore === undefined) return null;
  const medians: number[] = [];
  let looked = 0;
  for (const { segments } of store.readTrainingSteps(spec, fromStep, newestStep)) {
    const scores = segments.flatMap(({ raw }) => [...raw]).filter((score) => !Number.isNaN(score));
    if (scores.length >= (newestStep - fromStep) / 2) medians.push(median(scores));
    looked += 1;
    if (looked === MOST_ENTITIES) break;
  }
  return medians.length === 0 ? null : Math.exp(median(medians) - usualScore);
}
