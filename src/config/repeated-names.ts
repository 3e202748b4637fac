import type { Findings } from './findings.ts';
import type { ConfigPath } from './problem.ts';

/** Reports each name that stood in the list before. */
export function reportRepeatedNames(
  names: readonly string[],
  pathOf: (index: number) => ConfigPath,
  findings: Findings,
): void {
  names.forEach((name, index) => {
    if (names.indexOf(name) === index) return;
    findings.error(pathOf(index), `"${name}" is already used above; write each one once, with its own name`);
  });
}
