import type { DetectorScores } from '../views/live-view.ts';

/** An entity's newest score. */
export interface EntityScore {
  readonly entity: string;
  readonly score: number;
  readonly stepEndMs: number;
}

/** The newest scores of all entities by detector, highest first when asked for. */
export class ScoreTable {
  readonly #detectors = new Map<string, Map<string, EntityScore>>();
  readonly #sorted = new Map<string, readonly EntityScore[]>();

  /** Takes in all scores of a detector anew. */
  replace(all: readonly DetectorScores[]): void {
    this.#detectors.clear();
    this.#sorted.clear();
    this.update(all);
  }

  /** Takes in what changed. */
  update(changes: readonly DetectorScores[]): void {
    for (const { detector, scores, forgotten } of changes) {
      let known = this.#detectors.get(detector);
      if (known === undefined) {
        known = new Map();
        this.#detectors.set(detector, known);
      }
      for (const [entity, score, stepEndMs] of scores) known.set(entity, { entity, score, stepEndMs });
      for (const entity of forgotten ?? []) known.delete(entity);
      this.#sorted.delete(detector);
    }
  }

  of(detector: string, entity: string): EntityScore | null {
    return this.#detectors.get(detector)?.get(entity) ?? null;
  }

  /** Highest score first, equal ones by name, so that what doesn't change keeps its place. */
  ranked(detector: string): readonly EntityScore[] {
    const ready = this.#sorted.get(detector);
    if (ready !== undefined) return ready;
    const sorted = [...(this.#detectors.get(detector)?.values() ?? [])].sort(
      (a, b) => b.score - a.score || (a.entity < b.entity ? -1 : 1),
    );
    this.#sorted.set(detector, sorted);
    return sorted;
  }
}
