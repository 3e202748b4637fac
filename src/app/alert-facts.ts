import type { Config } from '../config/config.ts';
import type { DetectorSpec } from '../core/detector.ts';
import type { AlertFacts } from '../delivery/alert-message.ts';
import { culpritQuery } from '../delivery/culprit-query.ts';
import { explainAlert } from '../pipeline/alerts/explain.ts';
import type { Alert } from '../pipeline/effects.ts';

/** What of the configuration alerts tell. */
export interface FactsContext {
  readonly detectors: readonly DetectorSpec[];
  /** `server.external_url`. */
  readonly externalUrl: string | null;
  /** `delivery.timezone`. */
  readonly timezone: string;
}

export function factsContext({ detectors, server, delivery }: Config): FactsContext {
  return { detectors, externalUrl: server.externalUrl, timezone: delivery.timezone };
}

/** All that is told of an alert, in words, query and links. `stepMs` is of its own record: its detector may be configured no more. */
export function alertFacts(
  alert: Alert,
  stepMs: number,
  { detectors, externalUrl, timezone }: FactsContext,
): AlertFacts {
  const detector = detectors.find(({ name }) => name === alert.detector) ?? null;
  return {
    stepMs,
    text: explainAlert(alert, stepMs),
    query: culpritQuery(alert, detector),
    runbookUrl: detector?.alert.runbookUrl ?? null,
    externalUrl,
    timezone,
  };
}
