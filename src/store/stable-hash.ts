import { createHash } from 'node:crypto';

/** A number in [0, 2^32) that depends on the parts alone: equal in every process and every replay. */
export function stableHash(...parts: readonly (string | number)[]): number {
  return createHash('sha256').update(JSON.stringify(parts)).digest().readUInt32BE(0);
}
