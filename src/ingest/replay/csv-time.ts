const RFC3339 = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;
const EPOCH_SECONDS = /^-?\d{1,11}(\.\d+)?$/;

/** What a `time` field may hold, for error messages. */
export const TIME_FORMS = 'RFC 3339 with a zone (2026-11-24T03:00:00Z) or epoch seconds (1795489200)';

/** Unix milliseconds of a time written in RFC 3339 or epoch seconds; `null` if it is neither. */
export function parseCsvTime(text: string): number | null {
  if (EPOCH_SECONDS.test(text)) return Math.round(Number(text) * 1000);
  if (!RFC3339.test(text)) return null;
  const timeMs = Date.parse(text.replace(' ', 'T'));
  return Number.isNaN(timeMs) ? null : timeMs;
}
