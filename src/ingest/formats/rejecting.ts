import type { DecodedValue, Reject, RejectReason } from './sample-format.ts';

const LONGEST_SHOWN = 80;

/** A value as it may stand in a reject's detail: one short line of JSON. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN - 1)}…` : text;
}

/** One reject; see {@link Reject}. */
export function reject(reason: RejectReason, detail: string): Reject {
  return { reason, detail };
}

/** A record of which nothing could be used, for one reason. */
export function rejectWhole(reason: RejectReason, detail: string): DecodedValue {
  return { samples: [], rejects: [{ reason, detail }] };
}
