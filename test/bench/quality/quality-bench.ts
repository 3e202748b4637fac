import { fileURLToPath } from 'node:url';
import { benchLine } from '../bench-line.ts';
import type { BenchLine, BenchOptions } from '../bench-line.ts';
import { ABLATIONS } from './ablations.ts';
import { COLD_ROWS, DETECTOR_ROWS, PROTOTYPE, STRAYD } from './detector-rows.ts';
import type { DetectorRow } from './detector-rows.ts';
import { FIGURES, spread } from './figures.ts';
import { eventLabels } from './labelled-entity.ts';
import { loadSet } from './load-set.ts';
import { loadWide } from './load-wide.ts';
import { measureRows } from './measure-rows.ts';
import type { RowResult } from './measure-rows.ts';
import { nabBench } from './nab/nab-bench.ts';
import { printHead, printRow, printRulings } from './print-table.ts';
import { rulings } from './rules.ts';
import { tsbBench } from './tsb-ad/tsb-bench.ts';

const FIXTURE = fileURLToPath(new URL('../../fixtures/jumpstarter', import.meta.url));
const FIXTURE_TRAIN_UNTIL_MS = Date.UTC(2026, 0, 25);
const EXTRACT = 'extract';
const COLD = '-cold';

type Measured = (set: string, options: BenchOptions) => Promise<BenchLine[]>;

/** Sets with rules of their own. */
const CORPORA: Readonly<Record<string, Measured | undefined>> = {
  nab: async (_set, { data, print }) => (data === null ? [] : nabBench(data, 1, print)),
  'tsb-ad': async (_set, { data, print }) => (data === null ? [] : tsbBench(data, print)),
};

/** strayd beside plain detectors and the prototype, set by set (test/bench/README.md). */
export async function qualityBench(options: BenchOptions): Promise<BenchLine[]> {
  const began = performance.now();
  const lines: BenchLine[] = [];
  for (const set of options.data === null ? [EXTRACT] : (options.sets ?? ['asd'])) {
    const setBegan = performance.now();
    lines.push(...(await (CORPORA[set] ?? benchSet)(set, options)));
    options.print(`  ${set} took ${((performance.now() - setBegan) / 1000).toFixed(0)} s\n`);
  }
  options.print(`all sets took ${((performance.now() - began) / 1000).toFixed(0)} s`);
  return lines;
}

async function benchSet(set: string, options: BenchOptions): Promise<BenchLine[]> {
  const { data, print, seeds, ablate } = options;
  const isCold = set.endsWith(COLD);
  const entities =
    data === null
      ? await loadWide(`${FIXTURE}/wide.csv.gz`, `${FIXTURE}/labels.csv`, FIXTURE_TRAIN_UNTIL_MS)
      : loadSet(data, isCold ? set.slice(0, -COLD.length) : set);
  if (entities === null) {
    print(`${set}: left out, it is not under --data`);
    return [];
  }
  print(`${set}: ${entities.length} entities, ${entities.flatMap(eventLabels).length} events`);
  printHead(print);
  const results = await measureRows(rowsOf(isCold, options), entities, {
    seeds,
    onRow: (row) => {
      printRow(row, print);
    },
  });
  if (!ablate) printRulings(rulings(set, results, isCold), print);
  return toLines(set, results);
}

function rowsOf(isCold: boolean, { rows, ablate }: BenchOptions): readonly DetectorRow[] {
  const all = ablate ? ABLATIONS : isCold ? COLD_ROWS : DETECTOR_ROWS;
  return rows === null ? all : all.filter(({ name }) => rows.includes(name));
}

/** Compared with the prototype where it was measured; of ablations, with the whole. */
function toLines(set: string, results: readonly RowResult[]): BenchLine[] {
  const compared =
    results.find(({ name }) => name === PROTOTYPE) ?? results.find(({ name }) => name === STRAYD);
  return results.flatMap(({ name, qualities, seconds }) => [
    ...FIGURES.map((figure) =>
      benchLine({
        bench: 'quality',
        case: `${set}/${name}/${figure.name}`,
        value: spread(figure, qualities).mean,
        unit: figure.unit,
        baseline: compared?.name ?? 'none',
        baseline_value: compared === undefined ? null : spread(figure, compared.qualities).mean,
      }),
    ),
    benchLine({
      bench: 'quality',
      case: `${set}/${name}/time`,
      value: seconds,
      unit: 's',
      baseline: compared?.name ?? 'none',
      baseline_value: compared?.seconds ?? null,
    }),
  ]);
}
