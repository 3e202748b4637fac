import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseState } from '../training/tuning/tuning-state.ts';
import type { TuningState } from '../training/tuning/tuning-state.ts';

/** Where a detector's tuning is kept in the store's directory. */
export function tuningPath(storePath: string, detector: string): string {
  return join(storePath, 'tuning', `${detector}.json`);
}

/** What is kept of a tuning; `null` if nothing is, or nothing that can be read. */
export function readTuning(path: string): TuningState | null {
  try {
    return parseState(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** Whole or not at all: whoever ends the process meanwhile loses one trial at most. */
export function writeTuning(path: string, state: TuningState): void {
  mkdirSync(dirname(path), { recursive: true });
  const half = `${path}.part`;
  writeFileSync(half, JSON.stringify(state));
  renameSync(half, path);
}
