import { alertmanagerBody, type LevelAlert } from './alertmanager-body.ts';
import type { AlertTemplate } from './alert-template.ts';
import { brokenOff } from './broken-off.ts';
import type { Channel, SendOutcome } from './channel.ts';
import type { DeliveryRuntime, ReportDelivery } from './delivery-runtime.ts';
import { retryDelayMs } from './retry-schedule.ts';
import { WakeLoop } from './wake-loop.ts';

export interface LevelSenderOptions {
  /** One replica. */
  readonly channel: Channel;
  /** All that fires and people are to know of (`notified`), and what resolved within the last 15 minutes. */
  readonly current: () => readonly LevelAlert[];
  readonly template: AlertTemplate | null;
  readonly templateFailed: (channel: string, fault: string) => void;
  readonly runtime: DeliveryRuntime;
  readonly report: ReportDelivery;
}

const resendMs = 60_000;
/** Four times the resend interval, as Prometheus does: an Alertmanager that hears no more of us resolves by itself. */
const holdMs = 4 * resendMs;
const leastRetryMs = 100;
const longestRetryMs = 15_000;

/**
 * Tells one Alertmanager replica the whole state of the alerts at each change and each minute; what a failed attempt
 * missed the next one tells. Nothing is kept: a replica that was away is right again after one post.
 */
export class LevelSender {
  readonly #options: LevelSenderOptions;
  readonly #loop: WakeLoop;
  #failures = 0;
  #lastError: string | null = null;

  constructor(options: LevelSenderOptions) {
    this.#options = options;
    this.#loop = new WakeLoop(
      { runtime: options.runtime, failed: (error) => this.#tell(brokenOff(error)) },
      (signal) => this.#post(signal),
    );
  }

  /** To be called once at start and after each checkpoint with a transition to firing or resolved. */
  wake(): void {
    this.#loop.wake();
  }

  /** Breaks off what is under way; resolves when nothing is any more. */
  stop(): Promise<void> {
    return this.#loop.stop();
  }

  async #post(signal: AbortSignal): Promise<number> {
    const { channel, current, template, templateFailed, runtime } = this.#options;
    const nowMs = runtime.nowMs();
    const failed = (fault: string): void => templateFailed(channel.name, fault);
    const context = { nowMs, firingUntilMs: nowMs + holdMs, template, failed };
    const alerts = alertmanagerBody(current(), context);
    if (alerts.length === 0) return resendMs;
    const delivery = { body: JSON.stringify(alerts), idempotencyKey: String(nowMs) };
    const outcome = await channel.send(delivery, signal);
    this.#tell(outcome);
    if (outcome.ok) {
      this.#failures = 0;
      return resendMs;
    }
    this.#failures++;
    if (!outcome.retry) return resendMs;
    const delayMs = Math.min(longestRetryMs, retryDelayMs(this.#failures, runtime.random(), 0));
    return Math.max(outcome.retryAfterMs ?? 0, delayMs, leastRetryMs);
  }

  #tell(outcome: SendOutcome): void {
    const error = outcome.ok ? null : outcome.error;
    const errorChanged = error !== this.#lastError;
    this.#lastError = error;
    this.#options.report({
      channel: this.#options.channel.name,
      outcome: outcome.ok ? 'delivered' : 'failed',
      error,
      errorChanged,
      alertId: null,
    });
  }
}
