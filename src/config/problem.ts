/** Something wrong or doubtful in a configuration file. Lines and columns count from 1. */
export interface ConfigProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Where in the document, e.g. `detectors[0].alert.budget`; empty for the whole. */
  readonly path: string;
  /** What is wrong, the value seen and what to write instead. Never holds a secret. */
  readonly message: string;
}

/** Keys and list positions that lead to a value, e.g. `['detectors', 0, 'step']`. */
export type ConfigPath = readonly (string | number)[];

/** `['detectors', 0, 'step']` → `detectors[0].step`. */
export function formatPath(path: ConfigPath): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`),
    '',
  );
}

/** One line: `file:line:column: where: what`. */
export function describeProblem({ file, line, column, path, message }: ConfigProblem): string {
  return `${file}:${line}:${column}: ${path === '' ? '' : `${path}: `}${message}`;
}

/** The configuration can't be used: all that is wrong with it, in the file's order. */
export class ConfigError extends Error {
  readonly code = 'STRAYD_CONFIG_INVALID';
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[], warnings: readonly ConfigProblem[] = []) {
    super(problems.map(describeProblem).join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
    this.warnings = warnings;
  }
}
