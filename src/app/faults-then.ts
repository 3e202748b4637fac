import { explainAlert } from '../pipeline/alerts/explain.ts';
import { isFault } from '../pipeline/alerts/is-fault.ts';
import type { Alert, FaultKind } from '../pipeline/effects.ts';
import type { AlertRecord } from '../store/alert-repository.ts';

/** An entity's alerts of a rule that cover a step, those that had not fired by then left out. */
function covering(records: readonly AlertRecord[], step: number, kind: FaultKind): AlertRecord[] {
  return records.filter(({ alert }) => {
    const { firstStepOver, lastStepOver, state, firedStep } = alert;
    if (alert.kind !== kind || firedStep === null || step < firstStepOver) return false;
    return state === 'firing' || step <= lastStepOver;
  });
}

/** What a reader of one step should know of its telemetry: which features stood still, and that no data came since. `isNewest`: it is the newest step that there is. */
export function faultNotes(
  records: readonly AlertRecord[],
  { step, isNewest }: { readonly step: number; readonly isNewest: boolean },
): string[] {
  const told = [
    ...covering(records, step, 'flatline'),
    ...(isNewest ? records.filter(({ alert }) => alert.kind === 'absence' && alert.state === 'firing') : []),
  ];
  return told.map(
    ({ alert, stepMs }) => `${explainAlert(alert, stepMs).summary} (${alert.kind}, alert ${alert.id})`,
  );
}

/** Why there is no step of an entity at a time: it was absent; `null` if nobody was told so. */
export function absenceText(records: readonly AlertRecord[], step: number): string | null {
  const [record] = covering(records, step, 'absence');
  if (record === undefined) return null;
  const { alert, stepMs } = record;
  return `${explainAlert(alert, stepMs).summary} (absence, alert ${alert.id})`;
}

/** Those that a score raised: what its gate is replayed with. */
export function scoredAlerts(records: readonly AlertRecord[]): Alert[] {
  return records.map(({ alert }) => alert).filter((alert) => !isFault(alert));
}
