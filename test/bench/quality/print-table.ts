import { FIGURES, spread } from './figures.ts';
import type { RowResult } from './measure-rows.ts';
import type { Ruling } from './rules.ts';

type Print = (text: string) => void;

const NAME_WIDTH = 22;
const WIDTHS = [14, 9, 12, 9, 10];

/** The line above a table's rows. */
export function printHead(print: Print): void {
  const titles = FIGURES.map(({ title }, index) => title.padStart(WIDTHS[index] ?? 0));
  print(`  ${'detector'.padEnd(NAME_WIDTH)}${titles.join('')}    took`);
}

/** A detector's line; with several seeds VUS-PR is mean ± sd and the rest are of the first seed. */
export function printRow({ name, qualities, seconds }: RowResult, print: Print): void {
  const [first] = qualities;
  if (first === undefined) return;
  const texts = FIGURES.map((figure, index) => {
    const { mean, sd } = spread(figure, qualities);
    const isSpread = figure.name === 'vus_pr' && mean !== null && sd !== null;
    const text = isSpread ? `${mean.toFixed(3)} ± ${sd.toFixed(3)}` : figure.text(first);
    return text.padStart(WIDTHS[index] ?? 0);
  });
  print(`  ${name.padEnd(NAME_WIDTH)}${texts.join('')}${seconds.toFixed(0).padStart(6)} s`);
}

/** Whether strayd reached what was asked. */
export function printRulings(rulings: readonly Ruling[], print: Print): void {
  for (const { measure, rule, value, bound, reached } of rulings) {
    const verdict = reached === null ? 'not measured' : reached ? 'reached' : 'MISSED';
    const texts = [value, bound].map((number) => (number === null ? '–' : String(Number(number.toFixed(3)))));
    print(
      `    ${measure.padEnd(24)} ${(texts[0] ?? '').padStart(8)}   ${rule} (${texts[1] ?? ''}): ${verdict}`,
    );
  }
}
