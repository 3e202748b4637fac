import { printable } from '../core/printable.ts';

/** A plain text table: columns as wide as their widest cell, two blanks between, numbers to the right. */
export function renderTable(header: readonly string[], raw: readonly (readonly string[])[]): string {
  const rows = raw.map((row) => row.map((cell) => printable(cell)));
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const numeric = header.map(
    (_title, column) => rows.length > 0 && rows.every((row) => /^[-+]?[\d.,]*%?$/.test(row[column] ?? '')),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return numeric[column] === true ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return [line(header), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)].join('\n');
}
