import type { DetectorSpec } from '../../core/detector.ts';
import type { KeptStep } from '../checkpoint.ts';
import { historyRows } from '../row-history.ts';
import { rowsSinceOnset, type EntityNormals, type Normal } from '../scoring/normals/normal.ts';
import { normalViews, type NormalView } from '../scoring/normals/normal-views.ts';

/**
 * Which of an entity's accepted levels its rows were read with at a time past. Kept steps tell the level that explained each best,
 * and the entity's newest state tells what those levels are; one that was forgotten since is not known.
 */
export class LevelsThen {
  readonly #spec: DetectorSpec;
  readonly #known: readonly Normal[];
  /** Ids of the newest rows noted, oldest first. */
  #rows: readonly number[] = [];

  /** `normals`: the entity's, of now. */
  constructor(spec: DetectorSpec, normals: EntityNormals | null) {
    this.#spec = spec;
    this.#known = normals?.known ?? [];
  }

  /** A step's rows, `[count, features]`, as its level saw them; `null` where none was accepted yet, or its level is not known any more. */
  viewOf({ step, normal: id }: KeptStep, rows: Float64Array): NormalView | null {
    if (id === undefined) return null;
    // Ids begin anew once a model has learned all levels: an older step's is then another's.
    const known = this.#known.filter(({ accepted }) => accepted === undefined || accepted.step < step);
    const features = this.#spec.features.map(({ name }) => name);
    const views = normalViews({ known, rows: this.#rows }, { features, rows, step, memorySteps: Infinity });
    return views.find(({ normal }) => normal.id === id) ?? null;
  }

  /** Takes note of the next kept step: which level its row is read with from then on. */
  note({ step, normal }: KeptStep): void {
    const rowsKept = historyRows(this.#spec);
    this.#rows = [...this.#rows, normal ?? this.#rows.at(-1) ?? 0].slice(-rowsKept);
    const level = this.acceptedAt(step);
    if (level?.accepted === undefined) return;
    const { id, accepted } = level;
    this.#rows = rowsSinceOnset(this.#rows, { id, accepted, rowsKept });
  }

  /** The level that was accepted with a step. */
  acceptedAt(step: number): Normal | undefined {
    return this.#known.find(({ accepted }) => accepted?.step === step);
  }
}
