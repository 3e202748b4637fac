import type { DetectorSpec } from '../core/detector.ts';
import type { ExcludedSpan } from './training-input.ts';

/** What training wants to know of an alert; `lastStep` is the last over, or the newest step while it is open. */
export interface PastAlert {
  readonly entity: string;
  readonly firstStep: number;
  readonly lastStep: number;
  readonly label: 'real' | 'planned' | 'false' | null;
  /** The feature that led its error; `null` if none is known. */
  readonly culprit: string | null;
  /** Its level was accepted as the new normal; absent: no. */
  readonly accepted?: boolean;
  /** A fault of the telemetry, an absence or a flatline; absent: no. */
  readonly fault?: boolean;
}

/**
 * The steps that must not be learned as normal (DESIGN §5.4): a longest window around alerts labelled real or planned,
 * around faults of the telemetry, and around unlabelled ones within quarantine. Those labelled false are kept, and those whose level was accepted: it is what is to be learned. Unlabelled ones older than the quarantine are re-admitted if
 * the like has come again (same entity, same leading feature) and nobody minded; what was seen once is no normal.
 */
export function excludedSpans(
  alerts: readonly PastAlert[],
  spec: Pick<DetectorSpec, 'windows' | 'stepMs' | 'training'>,
  newestStep: number,
): ExcludedSpan[] {
  const margin = Math.max(...spec.windows);
  const quarantinedFrom = newestStep - spec.training.quarantineMs / spec.stepMs;
  const likes = new Map<string, number>();
  for (const alert of alerts) {
    if (alert.label === 'real' || alert.label === 'planned' || alert.fault === true) continue;
    likes.set(keyOf(alert), (likes.get(keyOf(alert)) ?? 0) + 1);
  }
  return alerts.flatMap((alert) => {
    const reason = reasonOf(alert, { likes, quarantinedFrom });
    if (reason === null) return [];
    const { entity, firstStep, lastStep } = alert;
    return [{ entity, firstStep: firstStep - margin, lastStep: lastStep + margin, reason }];
  });
}

function reasonOf(
  alert: PastAlert,
  {
    likes,
    quarantinedFrom,
  }: { readonly likes: ReadonlyMap<string, number>; readonly quarantinedFrom: number },
): string | null {
  if (alert.label === 'false' || alert.accepted === true) return null;
  if (alert.label !== null) return `labelled_${alert.label}`;
  // However often it happens, a feature that is stuck says nothing of what is normal.
  if (alert.fault === true) return 'telemetry_fault';
  if (alert.lastStep >= quarantinedFrom) return 'alert_in_quarantine';
  return (likes.get(keyOf(alert)) ?? 0) > 1 ? null : 'alert_seen_once';
}

/** Of the same sort are an entity's alerts with the same leading feature. */
function keyOf({ entity, culprit }: PastAlert): string {
  return JSON.stringify([entity, culprit]);
}
