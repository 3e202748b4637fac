import type { DeliveryRuntime } from './delivery-runtime.ts';

const firstRetryMs = 1000;
const longestRetryMs = 60_000;

/** What a loop needs of its surroundings. */
export interface WakeLoopParts {
  readonly runtime: DeliveryRuntime;
  /** Told of each turn that rejected, though nothing broke it off. */
  readonly failed: (error: unknown) => void;
}

/** Takes turns, never two at once: when woken, and when the time is up that the last turn asked for. */
export class WakeLoop {
  readonly #parts: WakeLoopParts;
  readonly #turn: (signal: AbortSignal) => Promise<number>;
  readonly #abort = new AbortController();
  #cancelTimer: (() => void) | null = null;
  #running: Promise<void> | null = null;
  #woken = false;
  #failures = 0;

  /** `turn` answers after how many ms the next one is due, 0 = at once; one that rejects is told of and tried again, each time later. */
  constructor(parts: WakeLoopParts, turn: (signal: AbortSignal) => Promise<number>) {
    this.#parts = parts;
    this.#turn = turn;
  }

  /** Asks for a turn now, or for one more after the one under way. */
  wake(): void {
    if (this.#abort.signal.aborted) return;
    this.#woken = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
      if (this.#woken) this.wake();
    });
  }

  /** Breaks off the turn under way; resolves when it has ended. There are no turns afterwards. */
  async stop(): Promise<void> {
    this.#abort.abort(new Error('stopping'));
    this.#cancelTimer?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    this.#cancelTimer?.();
    const { signal } = this.#abort;
    let waitMs = 0;
    try {
      while (!signal.aborted && (this.#woken || waitMs === 0)) {
        this.#woken = false;
        waitMs = await this.#turn(signal);
        this.#failures = 0;
      }
    } catch (error) {
      if (signal.aborted) return;
      // Nobody waits for a turn: what escaped from here would end the process, and again after each restart.
      this.#parts.failed(error);
      waitMs = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(this.#failures++, 20));
    }
    if (signal.aborted) return;
    this.#cancelTimer = this.#parts.runtime.setTimer(() => {
      this.wake();
    }, waitMs);
  }
}
