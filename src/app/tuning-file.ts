import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseState } from '../training/tuning/tuning-state.ts';
import type { TuningState } from '../training/tuning/tuning-state.ts';
import { TuneError } from './tune-error.ts';

/** Where a detector's tuning is kept in the store's directory. */
export function tuningPath(storePath: string, detector: string): string {
  return join(storePath, 'tuning', `${detector}.json`);
}

/** What is kept of a tuning; `null` if nothing is. Throws a `TuneError` if that can't be read. */
export function readTuning(path: string): TuningState | null {
  try {
    const state = parseState(readFileSync(path, 'utf8'));
    if (state !== null) return state;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  throw new TuneError(
    `The tuning that is kept in ${path} can't be read: it is damaged, or another strayd wrote it. Begin anew, without --resume.`,
  );
}

/** Whole or not at all: whoever ends the process meanwhile loses one trial at most. */
export function writeTuning(path: string, state: TuningState): void {
  mkdirSync(dirname(path), { recursive: true });
  const half = `${path}.part`;
  writeFileSync(half, JSON.stringify(state));
  renameSync(half, path);
}
