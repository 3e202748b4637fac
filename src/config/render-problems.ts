import { describeProblem } from './problem.ts';
import type { ConfigProblem } from './problem.ts';

/**
 * Text for a terminal, one problem a line as `error: file:line:column: where: what`, errors before warnings and a last
 * line that counts them. Empty if there is nothing to tell.
 */
export function renderProblems(
  problems: readonly ConfigProblem[],
  warnings: readonly ConfigProblem[],
): string {
  const lines = [
    ...problems.map((problem) => `error: ${describeProblem(problem)}`),
    ...warnings.map((warning) => `warning: ${describeProblem(warning)}`),
  ];
  if (problems.length > 0)
    lines.push(`${counted(problems.length, 'error')}, ${counted(warnings.length, 'warning')}`);
  return lines.join('\n');
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
