import type { AlertFacts } from '../delivery/alert-message.ts';
import { NotificationBrake, type BrakeState } from '../delivery/notification-brake.ts';
import { outboxRows, summaryRows, type OutboxContext, type Route } from '../delivery/outbox-rows.ts';
import type { Alert, Effects } from '../pipeline/effects.ts';
import { BRAKE_NOTE } from '../store/checkpoint-writer.ts';
import type { StoreReader } from '../store/store-reader.ts';
import { alertFacts, type FactsContext } from './alert-facts.ts';
import type { OutboxPart } from './pipeline-runner.ts';
import type { Report } from './telemetry.ts';

export interface OutboxDeskOptions extends Pick<OutboxContext, 'templateFailed'> {
  readonly routes: readonly Route[];
  readonly facts: FactsContext;
  readonly store: Pick<StoreReader, 'showAlert' | 'note'>;
  /** `delivery.max_notifications_per_hour`. */
  readonly maxPerHour: number;
  readonly report: Report;
  /** Wall clock, Unix ms. */
  readonly nowMs?: () => number;
}

/** Makes the outbox rows of a checkpoint: what the brake lets pass, and its summaries. */
export class OutboxDesk {
  readonly #options: OutboxDeskOptions;
  readonly #stepMs: ReadonlyMap<string, number>;
  readonly #brake: NotificationBrake;
  readonly #nowMs: () => number;
  #held = 0;

  constructor(options: OutboxDeskOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? Date.now;
    this.#stepMs = new Map(options.facts.detectors.map((spec) => [spec.name, spec.stepMs]));
    const state = options.store.note(BRAKE_NOTE);
    this.#brake = new NotificationBrake(
      options.maxPerHour,
      state === null ? null : (JSON.parse(state) as BrakeState),
    );
  }

  /** Whether a summary is to be sent, though nothing has happened. */
  isDue(): boolean {
    return (
      this.#options.routes.some(({ type }) => type !== 'alertmanager') && this.#brake.isDue(this.#nowMs())
    );
  }

  rowsFor({ incidentNotifications }: Effects): OutboxPart {
    const { routes, templateFailed, report } = this.#options;
    // Without an edge channel nobody is told, so nobody is told too much.
    if (!routes.some(({ type }) => type !== 'alertmanager')) return { outbox: [] };
    const nowMs = this.#nowMs();
    const before = JSON.stringify(this.#brake.state);
    const { pass, summary, held } = this.#brake.take(incidentNotifications, nowMs);
    const context = { factsOf: (alert: Alert) => this.#factsOf(alert), nowMs, templateFailed };
    const outbox = pass.flatMap((notification) => outboxRows(notification, routes, context));
    if (summary !== null) outbox.push(...summaryRows(summary, routes, context));
    this.#held += held;
    if (held > 0) {
      const message =
        `${held} ${held === 1 ? 'incident was' : 'incidents were'} held back: more than delivery.max_notifications_per_hour ` +
        '(one summary tells of them; "strayd alerts list" has them all).';
      report({ event: 'held_back', level: 'warn', message, fields: { held } });
    }
    const brake = JSON.stringify(this.#brake.state);
    return { outbox, ...(brake !== before && { brake }) };
  }

  /** Incidents held back since the last call, for /metrics. */
  takeHeld(): number {
    const held = this.#held;
    this.#held = 0;
    return held;
  }

  #factsOf(alert: Alert): AlertFacts {
    const { store, facts } = this.#options;
    // A detector that is not configured any more: its alert's record knows the step.
    const stepMs = this.#stepMs.get(alert.detector) ?? store.showAlert(alert.id)?.stepMs;
    if (stepMs === undefined) throw new Error(`nothing knows the step of alert ${alert.id}`);
    return alertFacts(alert, stepMs, facts);
  }
}
