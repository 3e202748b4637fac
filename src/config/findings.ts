import type { ConfigPath } from './problem.ts';

/** A place within a text value; both count from 1. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** Where findings go: `error` refuses the file, `warn` only tells. */
export interface Findings {
  error(path: ConfigPath, message: string, within?: TextPlace): void;
  warn(path: ConfigPath, message: string): void;
}
