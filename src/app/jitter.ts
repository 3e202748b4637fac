import { deriveSeed } from '../core/random.ts';

/** How long after a schedule's time a detector's task starts, ms: always the same for a name, spread over `mostMs`. */
export function jitterMs(name: string, mostMs: number): number {
  return deriveSeed(1, 'jitter', name) % mostMs;
}
