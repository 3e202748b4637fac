import type { ModelView } from '../server/views/model-view.ts';
import type { ModelRecord } from '../store/model-repository.ts';

/** A kept version as the API and the CLI show it; `stepMs` for one of which it is not on record. */
export function modelView(record: ModelRecord, stepMs: number): ModelView {
  const { detector, version, status, reason, sha256, createdMs, effectiveStep, card } = record;
  return {
    detector,
    version,
    status,
    reason,
    sha256,
    created: new Date(createdMs).toISOString(),
    activeFrom:
      effectiveStep === null ? null : new Date(effectiveStep * (record.stepMs ?? stepMs)).toISOString(),
    card: JSON.parse(card) as unknown,
  };
}
