import type { TrainingRun } from '../store/training-run-repository.ts';
import type { TrainingCard } from '../training/training-card.ts';
import type { Published, TrainedModel } from './messages.ts';

interface Waiting {
  readonly isReached: () => boolean;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** How far a demo is, and the waiting for it. */
export class DemoProgress {
  readonly #waiting = new Set<Waiting>();
  readonly #ended = new Set<'history' | 'live'>();
  #watermarkMs = -Infinity;
  #card: TrainingCard | null = null;
  #error: Error | null = null;

  /** Event time up to which all partitions were read. */
  get watermarkMs(): number {
    return this.#watermarkMs;
  }

  read({ partitions }: Published): void {
    if (partitions.length > 0)
      this.#watermarkMs = Math.min(...partitions.map(({ watermarkMs }) => watermarkMs));
    this.#check();
  }

  ended(part: 'history' | 'live'): void {
    this.#ended.add(part);
    this.#check();
  }

  trained({ detail }: TrainingRun, trained: TrainedModel | null): void {
    if (trained === null) this.#error ??= new Error(detail);
    else this.#card = trained.card;
    this.#check();
  }

  died(error: Error | null): void {
    this.#error ??= error;
    this.#check();
  }

  /** Resolves when the simulated stream has served a part. */
  served(part: 'history' | 'live'): Promise<void> {
    return this.#until(() => this.#ended.has(part));
  }

  /** Resolves when everything up to an event time was read. */
  reached(timeMs: number): Promise<void> {
    return this.#until(() => this.#watermarkMs >= timeMs);
  }

  /** Resolves with the card of the first model. */
  async card(): Promise<TrainingCard> {
    await this.#until(() => this.#card !== null);
    if (this.#card === null) throw new Error('the training left no model');
    return this.#card;
  }

  #until(isReached: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.add({ isReached, resolve, reject });
      this.#check();
    });
  }

  #check(): void {
    for (const waiting of this.#waiting) {
      if (this.#error !== null) waiting.reject(this.#error);
      else if (waiting.isReached()) waiting.resolve();
      else continue;
      this.#waiting.delete(waiting);
    }
  }
}
