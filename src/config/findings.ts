import type { ConfigPath } from './problem.ts';

/** Where findings go: `error` refuses the file, `warn` only tells. */
export interface Findings {
  error(path: ConfigPath, message: string): void;
  warn(path: ConfigPath, message: string): void;
}
