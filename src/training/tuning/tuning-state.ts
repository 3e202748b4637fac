import { createHash } from 'node:crypto';
import type { DetectorSpec } from '../../core/detector.ts';
import type { JudgedSeed } from './judge-gain.ts';
import { presentSettings } from './search-space.ts';
import type { HalvingPlan, TrialResult } from './successive-halving.ts';
import type { TuningEntity } from './tuning-data.ts';

/** What a tuning has done so far; goes to JSON and back, so that it can go on after it was cut off. */
export interface TuningState {
  readonly format: 1;
  /** Of the rows, the present settings and the seed: results of others don't count. */
  readonly fingerprint: string;
  readonly seed: number;
  /** Newest step that belongs to it; a daemon may have added some since. */
  readonly newestStep: number;
  /** `null` until the first trial has told what one costs. */
  readonly plan: HalvingPlan | null;
  readonly results: readonly TrialResult[];
  readonly judged: readonly JudgedSeed[];
}

/** A tuning that has not begun. */
export function newState(begin: Pick<TuningState, 'fingerprint' | 'seed' | 'newestStep'>): TuningState {
  return { format: 1, ...begin, plan: null, results: [], judged: [] };
}

/** The state in a file's text, or `null` if it is none of this program's. */
export function parseState(text: string): TuningState | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const isState =
    typeof value === 'object' &&
    value !== null &&
    'format' in value &&
    value.format === 1 &&
    'fingerprint' in value &&
    typeof value.fingerprint === 'string' &&
    'seed' in value &&
    typeof value.seed === 'number' &&
    'newestStep' in value &&
    typeof value.newestStep === 'number' &&
    'results' in value &&
    Array.isArray(value.results) &&
    'judged' in value &&
    Array.isArray(value.judged);
  return isState ? (value as TuningState) : null;
}

/** The same for the same rows, features, windows, model settings and seed. */
export function fingerprintOf(spec: DetectorSpec, entities: readonly TuningEntity[], seed: number): string {
  const hash = createHash('sha256');
  const { type, loss, maxEpochs, backend } = spec.model;
  const fixed = { type, loss, maxEpochs, backend, windows: spec.windows, seed };
  const features = spec.features.map(({ name }) => name);
  hash.update(JSON.stringify([fixed, presentSettings(spec.model), features]));
  for (const { entity, cohort, stretches } of entities) {
    hash.update(JSON.stringify([entity, cohort]));
    for (const { firstStep, values } of stretches) {
      hash.update(`${String(firstStep)},`);
      hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    }
  }
  return hash.digest('hex');
}
