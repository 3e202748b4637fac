import { createHash } from 'node:crypto';
import type { RawRecord } from '../core/records.ts';

/** 16 hex digits of a SHA-256 over a record's time, key and value: the same record has the same whenever it is read. */
export function recordFingerprint({ timeMs, key, value }: RawRecord): string {
  const hash = createHash('sha256').update(`${timeMs} ${key?.byteLength ?? -1} ${value?.byteLength ?? -1} `);
  if (key !== null) hash.update(key);
  if (value !== null) hash.update(value);
  return hash.digest('hex').slice(0, 16);
}
