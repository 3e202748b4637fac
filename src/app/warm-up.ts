import type { DetectorSpec } from '../core/detector.ts';
import type { StepRecord } from '../pipeline/effects.ts';
import type { StoreReader } from '../store/store-reader.ts';

/** After a training that found too little, so much more history has to come before the next is asked for. */
const GROWTH = 1.25;

/** How much history the detectors without a model have, and when the first training is worth a try. */
export class WarmUp {
  readonly #rows = new Map<string, Map<string, number>>();
  readonly #askAt = new Map<string, number>();
  readonly #specs: ReadonlyMap<string, DetectorSpec>;

  constructor(detectors: readonly DetectorSpec[]) {
    this.#specs = new Map(detectors.map((spec) => [spec.name, spec]));
    for (const { name, training } of detectors) this.#askAt.set(name, training.minSteps);
  }

  /** Counts what an earlier run left. */
  restore(store: StoreReader, detector: DetectorSpec): void {
    const newestStep = Math.floor(store.newestMs(detector) / detector.stepMs);
    if (!Number.isFinite(newestStep)) return;
    const fromStep = newestStep - Math.floor(detector.training.spanMs / detector.stepMs);
    for (const { entity, segments } of store.readTrainingSteps(detector, fromStep, newestStep)) {
      const rows = segments.reduce((sum, { count }) => sum + count, 0);
      this.#rowsOf(detector.name).set(entity, rows);
    }
  }

  add(steps: readonly StepRecord[]): void {
    for (const { vector } of steps) {
      const rows = this.#rowsOf(vector.detector);
      rows.set(vector.entity, (rows.get(vector.entity) ?? 0) + 1);
    }
  }

  forget(detector: string, entity: string): void {
    this.#rowsOf(detector).delete(entity);
  }

  /** Share of the history wanted that the entity with most has, 0…1. */
  ratio(detector: string): number {
    const wanted = this.#specs.get(detector)?.training.minSteps ?? 1;
    return Math.min(1, this.#most(detector) / wanted);
  }

  /** True once there is enough; then not before there is a quarter more. */
  isDue(detector: string): boolean {
    const most = this.#most(detector);
    if (most < (this.#askAt.get(detector) ?? Infinity)) return false;
    this.#askAt.set(detector, most * GROWTH);
    return true;
  }

  #most(detector: string): number {
    let most = 0;
    for (const rows of this.#rowsOf(detector).values()) most = Math.max(most, rows);
    return most;
  }

  #rowsOf(detector: string): Map<string, number> {
    let rows = this.#rows.get(detector);
    if (rows === undefined) {
      rows = new Map();
      this.#rows.set(detector, rows);
    }
    return rows;
  }
}
