import type { DeliveryRuntime } from './delivery-runtime.ts';

/** Takes turns, never two at once: when woken, and when the time is up that the last turn asked for. */
export class WakeLoop {
  readonly #runtime: DeliveryRuntime;
  readonly #turn: (signal: AbortSignal) => Promise<number>;
  readonly #abort = new AbortController();
  #cancelTimer: (() => void) | null = null;
  #running: Promise<void> | null = null;
  #woken = false;

  /** `turn` answers after how many ms the next one is due, 0 = at once; it may reject only if its signal aborted. */
  constructor(runtime: DeliveryRuntime, turn: (signal: AbortSignal) => Promise<number>) {
    this.#runtime = runtime;
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
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    if (signal.aborted) return;
    this.#cancelTimer = this.#runtime.setTimer(() => {
      this.wake();
    }, waitMs);
  }
}
