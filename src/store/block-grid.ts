import { stableHash } from './stable-hash.ts';

/** Steps in a chunk: so many tail rows of an entity become one row. */
export const CHUNK_STEPS = 32;
/** Steps in a block: what leaves the main file as one row (DESIGN §7). */
export const BLOCK_STEPS = 256;

/**
 * Where an entity's blocks begin, in steps. Entities that report in step with each other get different phases, so that
 * their chunks and blocks don't all fill in the same checkpoint.
 */
export function phaseOf(entity: string): number {
  return stableHash(entity) % BLOCK_STEPS;
}

/** First step of the chunk that holds `step`. */
export function chunkStepOf(step: number, phase: number): number {
  return Math.floor((step + phase) / CHUNK_STEPS) * CHUNK_STEPS - phase;
}

/** First step of the block that holds `step`. */
export function blockStepOf(step: number, phase: number): number {
  return Math.floor((step + phase) / BLOCK_STEPS) * BLOCK_STEPS - phase;
}
