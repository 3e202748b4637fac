/** An entity's newest score. */
export interface EntityScore {
  readonly entity: string;
  readonly score: number;
}

/**
 * Which entities of one detector have a score series of their own on /metrics: the `limit` highest, picked anew
 * only every `repickMs` so that series do not come and go with each scrape, and always those that are pinned
 * because their alert fires.
 */
export class ScoreSeries {
  readonly #limit: number;
  readonly #repickMs: number;
  readonly #scores = new Map<string, number>();
  readonly #pinned = new Set<string>();
  #picked = new Set<string>();
  #pickedAtMs = -Infinity;

  constructor(options: { readonly limit: number; readonly repickMs: number }) {
    this.#limit = options.limit;
    this.#repickMs = options.repickMs;
  }

  update(entity: string, score: number): void {
    this.#scores.set(entity, score);
  }

  forget(entity: string): void {
    this.#scores.delete(entity);
    this.#picked.delete(entity);
    this.#pinned.delete(entity);
  }

  pin(entity: string): void {
    this.#pinned.add(entity);
  }

  unpin(entity: string): void {
    this.#pinned.delete(entity);
  }

  /** The series to export now, and how many entities are left out. */
  visible(nowMs: number): { readonly shown: readonly EntityScore[]; readonly omitted: number } {
    if (this.#scores.size > this.#limit && nowMs - this.#pickedAtMs >= this.#repickMs) {
      const ranked = [...this.#scores].sort((a, b) => b[1] - a[1]).slice(0, this.#limit);
      this.#picked = new Set(ranked.map(([entity]) => entity));
      this.#pickedAtMs = nowMs;
    }
    const everything = this.#scores.size <= this.#limit;
    const shown: EntityScore[] = [];
    for (const [entity, score] of this.#scores) {
      if (everything || this.#picked.has(entity) || this.#pinned.has(entity)) shown.push({ entity, score });
    }
    return { shown, omitted: this.#scores.size - shown.length };
  }
}
