import type { OutboxMark, OutboxRow } from '../core/outbox.ts';
import type { RateLimit } from '../config/rate.ts';
import { brokenOff } from './broken-off.ts';
import type { Channel, SendOutcome } from './channel.ts';
import type { DeliveryReport, DeliveryRuntime, ReportDelivery } from './delivery-runtime.ts';
import type { OutboxMarks, OutboxReader } from './outbox.ts';
import { RateWindow } from './rate-window.ts';
import { giveUpAfterMs, pickDue, retryDelayMs } from './retry-schedule.ts';
import { UnwrittenMarks } from './unwritten-marks.ts';
import { WakeLoop } from './wake-loop.ts';

export interface OutboxSenderOptions {
  readonly channel: Channel;
  /** Most attempts in any stretch of time; `null`: no limit. */
  readonly rateLimit: RateLimit | null;
  readonly reader: OutboxReader;
  readonly marks: OutboxMarks;
  readonly runtime: DeliveryRuntime;
  readonly report: ReportDelivery;
}

/** Rows looked at in one go; the oldest ones block the rest only if the receiver refuses them all. */
const rowsLookedAt = 256;
const attemptsAtOnce = 4;
/** Looks at the outbox so often even if nobody wakes it. */
const pollMs = 5000;

/**
 * Sends one edge channel's outbox rows until each is delivered or dead: at least once, in order within an alert. What
 * is under way at `stop` stays pending and is sent again at the next start.
 */
export class OutboxSender {
  readonly #options: OutboxSenderOptions;
  readonly #unwritten: UnwrittenMarks;
  readonly #loop: WakeLoop;
  readonly #rate: RateWindow;
  #paused = { atMs: 0, untilMs: 0 };
  #lastError: string | null = null;

  constructor(options: OutboxSenderOptions) {
    this.#options = options;
    this.#rate = new RateWindow(options.rateLimit);
    this.#unwritten = new UnwrittenMarks(options.marks);
    this.#loop = new WakeLoop(
      { runtime: options.runtime, failed: (error) => this.#tell('failed', brokenOff(error).error, null) },
      (signal) => this.#turn(signal),
    );
  }

  /** To be called once at start and after each checkpoint with notifications for delivery. */
  wake(): void {
    this.#loop.wake();
  }

  /** Breaks off what is under way; resolves when nothing is any more. */
  stop(): Promise<void> {
    return this.#loop.stop();
  }

  async #turn(signal: AbortSignal): Promise<number> {
    const { channel, reader, runtime } = this.#options;
    const nowMs = runtime.nowMs();
    this.#unwritten.offerAgain(nowMs);
    // A pause that begins in the future was before the clock was set back.
    const askedMs = this.#paused.atMs > nowMs ? 0 : this.#paused.untilMs - nowMs;
    const pausedMs = Math.max(askedMs, this.#rate.waitMs(nowMs));
    if (pausedMs > 0) return Math.min(pollMs, pausedMs);
    const pending = reader.pending(channel.name, rowsLookedAt);
    if (pending === null) return pollMs;
    const rows = this.#unwritten.apply(pending);
    // Also after a downtime: what was meant for then is no news now.
    const old = rows.filter((row) => nowMs - row.createdMs > giveUpAfterMs);
    for (const row of old) this.#retire(row);
    if (old.length > 0) return 0;
    const { due, nextMs } = pickDue(rows, nowMs);
    if (due.length === 0) return nextMs === null ? pollMs : Math.min(pollMs, nextMs - nowMs);
    const atOnce = Math.min(attemptsAtOnce, this.#rate.room(nowMs));
    await Promise.all(due.slice(0, atOnce).map((row) => this.#attempt(row, signal)));
    return 0;
  }

  async #attempt(row: OutboxRow, signal: AbortSignal): Promise<void> {
    const { runtime } = this.#options;
    this.#rate.take(runtime.nowMs());
    const outcome = await this.#send(row, signal);
    const mark = this.#judge(row, outcome, runtime.nowMs());
    this.#unwritten.mark(mark);
    const told = mark.status === 'pending' ? 'failed' : mark.status;
    this.#tell(told, outcome.ok ? null : outcome.error, row.alertId);
  }

  /** Gives a row up unsent. That counts as an attempt, by which marks of one row are told apart. */
  #retire({ id, attempts, alertId, lastError }: OutboxRow): void {
    const last = lastError === null ? '' : `; last: ${lastError}`;
    const error = `given up: it waited for more than ${giveUpAfterMs / 3_600_000} hours${last}`;
    this.#unwritten.mark({ id, status: 'dead', attempts: attempts + 1, error });
    this.#tell('dead', error, alertId);
  }

  /** A channel that throws must not hold up the rows behind. */
  async #send(row: OutboxRow, signal: AbortSignal): Promise<SendOutcome> {
    try {
      return await this.#options.channel.send(row, signal);
    } catch (error) {
      signal.throwIfAborted();
      return brokenOff(error);
    }
  }

  #tell(outcome: DeliveryReport['outcome'], error: string | null, alertId: string | null): void {
    const errorChanged = error !== this.#lastError;
    this.#lastError = error;
    this.#options.report({ channel: this.#options.channel.name, outcome, error, errorChanged, alertId });
  }

  #judge(row: OutboxRow, outcome: SendOutcome, nowMs: number): OutboxMark {
    const { id } = row;
    const attempts = row.attempts + 1;
    if (outcome.ok) return { id, status: 'delivered', attempts, atMs: nowMs };
    const { error, retry, retryAfterMs = 0 } = outcome;
    const delayMs = retryDelayMs(attempts, this.#options.runtime.random(), retryAfterMs);
    if (!retry || nowMs + delayMs - row.createdMs > giveUpAfterMs)
      return { id, status: 'dead', attempts, error };
    // What a receiver asks of one request it asks of all.
    if (retryAfterMs > 0) {
      const heldMs = this.#paused.atMs > nowMs ? 0 : this.#paused.untilMs;
      this.#paused = { atMs: nowMs, untilMs: Math.max(heldMs, nowMs + retryAfterMs) };
    }
    return { id, status: 'pending', attempts, nextAttemptMs: nowMs + delayMs, error };
  }
}
