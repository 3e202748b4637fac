import type { DetectorScores, LiveUpdate, ScoreTuple } from '../server/views/live-view.ts';
import type { Published } from './messages.ts';

/** Followers are told at most so often: a screen shows no more, and a step of thousands of entities comes in several checkpoints. */
const EVERY_MS = 1000;

/** What a detector's entities have, and whose of it changed since the last update. */
interface Scores {
  readonly newest: Map<string, ScoreTuple>;
  readonly changed: Set<string>;
  readonly forgotten: Set<string>;
}

/** The newest score of every entity, and who follows them. As many entities as the pipeline knows, and no more. */
export class ScoreFeed {
  readonly #detectors = new Map<string, Scores>();
  readonly #listeners = new Set<(update: LiveUpdate) => void>();
  readonly #alerts = new Set<string>();
  #timer: NodeJS.Timeout | null = null;

  apply({ scores, forgotten, transitions }: Published): void {
    for (const { detector, entity } of forgotten) {
      const known = this.#of(detector);
      known.newest.delete(entity);
      known.changed.delete(entity);
      known.forgotten.add(entity);
    }
    for (const { detector, entity, score, stepEndMs } of scores) {
      const known = this.#of(detector);
      known.newest.set(entity, [entity, Math.round(score * 1000) / 1000, stepEndMs]);
      known.changed.add(entity);
      known.forgotten.delete(entity);
    }
    for (const { alert } of transitions) this.#alerts.add(alert.id);
    this.#schedule();
  }

  /** A detector is no more, or watches other entities now. */
  forget(detector: string): void {
    const known = this.#detectors.get(detector);
    if (known === undefined) return;
    for (const entity of known.newest.keys()) known.forgotten.add(entity);
    known.newest.clear();
    known.changed.clear();
    this.#schedule();
  }

  scores(detector: string | null): DetectorScores[] {
    return [...this.#detectors]
      .filter(([name]) => detector === null || name === detector)
      .map(([name, { newest }]) => ({ detector: name, scores: [...newest.values()] }));
  }

  /** End of the newest scored step of a detector, Unix ms; `null` before the first since the start. */
  newestMs(detector: string): number | null {
    let newest: number | null = null;
    for (const [, , stepEndMs] of this.#detectors.get(detector)?.newest.values() ?? []) {
      newest = Math.max(newest ?? -Infinity, stepEndMs);
    }
    return newest;
  }

  /** Answers how to stop. */
  watch(listener: (update: LiveUpdate) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#listeners.clear();
  }

  #schedule(): void {
    if (this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#tell();
    }, EVERY_MS);
    this.#timer.unref();
  }

  #tell(): void {
    const detectors: DetectorScores[] = [];
    for (const [detector, { newest, changed, forgotten }] of this.#detectors) {
      if (changed.size + forgotten.size === 0) continue;
      const scores = [...changed].map((entity) => newest.get(entity)).filter((score) => score !== undefined);
      detectors.push({ detector, scores, forgotten: [...forgotten] });
      changed.clear();
      forgotten.clear();
    }
    const update: LiveUpdate = { detectors, alerts: [...this.#alerts] };
    this.#alerts.clear();
    if (detectors.length + update.alerts.length === 0) return;
    for (const listener of this.#listeners) listener(update);
  }

  #of(detector: string): Scores {
    let known = this.#detectors.get(detector);
    if (known === undefined) {
      known = { newest: new Map(), changed: new Set(), forgotten: new Set() };
      this.#detectors.set(detector, known);
    }
    return known;
  }
}
