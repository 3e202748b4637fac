import { createHash } from 'node:crypto';
import type { AlertKind } from '../effects.ts';

/** What makes an alert this one and no other. */
export interface AlertIdentity {
  readonly detector: string;
  readonly entity: string;
  readonly kind: AlertKind;
  readonly firstStepOver: number;
}

/** 16 hex digits of a SHA-256: the same alert has the same id after any restart or replay (DESIGN §5.1). */
export function alertId({ detector, entity, kind, firstStepOver }: AlertIdentity): string {
  const identity = JSON.stringify([detector, entity, kind, firstStepOver]);
  return createHash('sha256').update(identity).digest('hex').slice(0, 16);
}
