import { join } from 'node:path';
import { benchLine } from '../../bench-line.ts';
import type { BenchLine } from '../../bench-line.ts';
import { fiveGuards } from './five-guards.ts';
import { loadNab, loadNabResults } from './load-nab.ts';
import { nabFigures } from './nab-figures.ts';
import type { NabFigure } from './nab-figures.ts';
import { straydNabScores } from './strayd-nab.ts';

/** Detectors whose scores and totals NAB publishes in `results`. */
const PUBLISHED = ['numenta', 'relativeEntropy', 'windowedGaussian'];
const PROTOTYPE = 'five guards';
/** What is to be reached: the standard profile, with the corpus' best threshold and with the other groups'. */
const WANTED = { official: 70, leaveOneGroupOut: 69 } as const;
/** Published totals are met if ours are this close. */
const CLOSE = 0.1;

type Print = (text: string) => void;

/** strayd on the Numenta Anomaly Benchmark by its own rules, and those rules against the totals that it publishes. */
export async function nabBench(data: string, seed: number, print: Print): Promise<BenchLine[]> {
  const folder = join(data, 'nab');
  const series = loadNab(folder);
  print(`nab: ${series.length} series, ${series.flatMap(({ windows }) => windows).length} windows`);
  print('  detector            standard   low FP   low FN   leave-one-group-out (standard)');
  const lines = PUBLISHED.flatMap((name) => {
    const { scores, published } = loadNabResults(folder, name, series);
    const figures = nabFigures(series, scores);
    const isMet = figures.every(
      ({ profile, official }) => Math.abs(official - (published[profile] ?? 0)) <= CLOSE,
    );
    const totals = figures.map(({ profile }) => (published[profile] ?? 0).toFixed(1)).join(', ');
    printRow(name, figures, `published: ${totals} (${isMet ? 'met' : 'NOT MET'})`, print);
    return figures.map(({ profile, official }) =>
      nabLine(`${name}/${profile}`, official, { name: 'published', value: published[profile] ?? null }),
    );
  });
  const guards = nabFigures(series, series.map(fiveGuards));
  printRow(PROTOTYPE, guards, 'the prototype', print);
  for (const type of ['auto', 'none'] as const) {
    const own: Float64Array[] = [];
    for (const one of series) own.push(await straydNabScores(one, { seed, type }));
    const strayd = nabFigures(series, own);
    const name = type === 'auto' ? 'strayd' : `strayd, ${type}`;
    const wanted = `wanted: ${WANTED.official}, leave-one-group-out ${WANTED.leaveOneGroupOut}`;
    printRow(name, strayd, wanted, print);
    lines.push(...straydLines(name, strayd, guards));
  }
  return lines;
}

function straydLines(name: string, strayd: readonly NabFigure[], guards: readonly NabFigure[]): BenchLine[] {
  return strayd.flatMap(({ profile, official, leaveOneGroupOut }, index) => {
    const other = guards[index];
    return [
      nabLine(`${name}/${profile}`, official, { name: PROTOTYPE, value: other?.official ?? null }),
      nabLine(`${name}/${profile}/leave_one_group_out`, leaveOneGroupOut, {
        name: PROTOTYPE,
        value: other?.leaveOneGroupOut ?? null,
      }),
    ];
  });
}

function nabLine(name: string, value: number, baseline: { name: string; value: number | null }): BenchLine {
  return benchLine({
    bench: 'quality',
    case: `nab/${name}`,
    value,
    unit: 'points',
    baseline: baseline.name,
    baseline_value: baseline.value,
  });
}

function printRow(name: string, figures: readonly NabFigure[], remark: string, print: Print): void {
  const official = figures.map((figure) => figure.official.toFixed(1).padStart(8)).join(' ');
  const left = (figures[0]?.leaveOneGroupOut ?? 0).toFixed(1).padStart(8);
  print(`  ${name.padEnd(18)} ${official} ${left}   ${remark}`);
}
