import type { SendOutcome } from './channel.ts';

/** What an attempt comes to that threw instead of answering: a failed one, to be tried again. */
export function brokenOff(error: unknown): Extract<SendOutcome, { ok: false }> {
  const reason = error instanceof Error ? error.message : String(error);
  return { ok: false, error: `the attempt broke off: ${reason}`, retry: true };
}
