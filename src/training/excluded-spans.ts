import type { DetectorSpec } from '../core/detector.ts';
import type { ExcludedSpan } from './training-input.ts';

/** What training wants to know of an alert; `lastStep` is the last over, or the newest step while it is open. */
export interface PastAlert {
  readonly entity: string;
  readonly firstStep: number;
  readonly lastStep: number;
  readonly label: 'real' | 'planned' | 'false' | null;
}

/**
 * The steps that must not be learned as normal (DESIGN §5.4): a longest window around alerts labelled real or planned,
 * and around unlabelled ones within quarantine. Those labelled false are kept, older unlabelled ones re-admitted.
 */
export function excludedSpans(
  alerts: readonly PastAlert[],
  spec: Pick<DetectorSpec, 'windows' | 'stepMs' | 'training'>,
  newestStep: number,
): ExcludedSpan[] {
  const margin = Math.max(...spec.windows);
  const quarantinedFrom = newestStep - spec.training.quarantineMs / spec.stepMs;
  return alerts.flatMap((alert) => {
    const reason = reasonOf(alert, quarantinedFrom);
    if (reason === null) return [];
    const { entity, firstStep, lastStep } = alert;
    return [{ entity, firstStep: firstStep - margin, lastStep: lastStep + margin, reason }];
  });
}

function reasonOf(alert: PastAlert, quarantinedFrom: number): string | null {
  if (alert.label === 'false') return null;
  if (alert.label !== null) return `labelled_${alert.label}`;
  return alert.lastStep >= quarantinedFrom ? 'alert_in_quarantine' : null;
}
