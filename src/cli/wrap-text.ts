const LEAST_WIDTH = 40;

/** Breaks a line at blanks so that none is longer than `columns`; what follows the first break is indented by two more. */
export function wrapText(line: string, columns: number | undefined): string {
  const width = Math.max(LEAST_WIDTH, columns ?? Infinity);
  const indent = /^ */.exec(line)?.[0] ?? '';
  const lines: string[] = [];
  let current = line;
  while (current.length > width) {
    const at = current.lastIndexOf(' ', width);
    if (at <= indent.length + 2) break;
    lines.push(current.slice(0, at));
    current = `${indent}  ${current.slice(at + 1)}`;
  }
  return [...lines, current].join('\n');
}
