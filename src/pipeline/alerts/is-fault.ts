import type { Alert, FaultKind } from '../effects.ts';

/** Whether a rule told of the alert: its telemetry is at fault, and no score is behind it. */
export function isFault<A extends Pick<Alert, 'kind'>>(alert: A): alert is A & { readonly kind: FaultKind } {
  return alert.kind === 'absence' || alert.kind === 'flatline';
}
