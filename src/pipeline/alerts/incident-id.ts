import { createHash } from 'node:crypto';
import type { Labels } from '../../core/sample.ts';

/** What makes an incident this one and no other. */
export interface IncidentIdentity {
  readonly detector: string;
  readonly group: Labels;
  readonly deliver: boolean;
  /** Id of the alert that opened it. */
  readonly alertId: string;
}

/** 16 hex digits of a SHA-256: a replay of the same records gives the same incident the same id. */
export function incidentId({ detector, group, deliver, alertId }: IncidentIdentity): string {
  const identity = JSON.stringify(['incident', detector, Object.entries(group), deliver, alertId]);
  return createHash('sha256').update(identity).digest('hex').slice(0, 16);
}
