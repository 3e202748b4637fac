import type { Effects } from '../pipeline/effects.ts';
import { joinEffects } from '../pipeline/join-effects.ts';
import { dropOldLetters } from '../pipeline/newest-letters.ts';

/** Effects that wait for the next checkpoint. */
export class PendingEffects {
  #parts: Effects[] = [];
  #steps = 0;

  /** False while nothing has happened since the last checkpoint. */
  get isDirty(): boolean {
    return this.#parts.length > 0;
  }

  /** Closed steps among them. */
  get steps(): number {
    return this.#steps;
  }

  add(effects: Effects): void {
    this.#parts.push(effects);
    if (effects.deadLetters.length > 0) dropOldLetters(this.#parts);
    this.#steps += effects.steps.length;
  }

  /** All of them as one, and none is left. */
  takeAll(): Effects {
    const joined = joinEffects(this.#parts);
    this.#parts = [];
    this.#steps = 0;
    return joined;
  }
}
