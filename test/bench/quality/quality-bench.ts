import { fileURLToPath } from 'node:url';
import { benchLine } from '../bench-line.ts';
import type { BenchLine, BenchOptions } from '../bench-line.ts';
import { BASELINES } from './baselines.ts';
import { eventLabels } from './labelled-entity.ts';
import { loadSet } from './load-set.ts';
import { loadWide } from './load-wide.ts';
import { nabBench } from './nab/nab-bench.ts';
import { baselineVerdict, judge } from './quality.ts';
import type { Quality } from './quality.ts';
import { straydVerdicts } from './strayd-verdicts.ts';

const SEED = 1;
const FIXTURE = fileURLToPath(new URL('../../fixtures/jumpstarter', import.meta.url));
const FIXTURE_TRAIN_UNTIL_MS = Date.UTC(2026, 0, 25);

/** strayd beside the plain detectors, set by set (test/bench/README.md). */
export async function qualityBench({ data, sets, print }: BenchOptions): Promise<BenchLine[]> {
  const lines: BenchLine[] = [];
  for (const set of data === null ? ['extract'] : (sets ?? ['asd'])) {
    if (set === 'nab' && data !== null) {
      lines.push(...(await nabBench(data, SEED, print)));
      continue;
    }
    const entities =
      data === null
        ? await loadWide(`${FIXTURE}/wide.csv.gz`, `${FIXTURE}/labels.csv`, FIXTURE_TRAIN_UNTIL_MS)
        : loadSet(data, set);
    print(`${set}: ${entities.length} entities, ${entities.flatMap(eventLabels).length} events`);
    const qualities = new Map<string, Quality>();
    for (const [name, baseline] of Object.entries(BASELINES)) {
      const verdicts = entities.map((entity) => baselineVerdict(entity, baseline, SEED));
      qualities.set(name, judge(entities, verdicts));
    }
    qualities.set('strayd', judge(entities, await straydVerdicts(entities, SEED)));
    printTable(qualities, print);
    lines.push(...toLines(set, qualities));
  }
  return lines;
}

function printTable(qualities: ReadonlyMap<string, Quality>, print: (text: string) => void): void {
  print('  detector          VUS-PR   events found   false alerts a week   median delay');
  for (const [name, quality] of qualities) {
    const { vusPr: area, events, found, falseAlertsPerWeek, medianDelayMs } = quality;
    const delay = medianDelayMs === null ? '–' : `${(medianDelayMs / 60_000).toFixed(0)} min`;
    print(
      `  ${name.padEnd(17)} ${area.toFixed(3).padStart(6)} ${`${found}/${events}`.padStart(14)} ` +
        `${(falseAlertsPerWeek ?? 0).toFixed(2).padStart(21)} ${delay.padStart(14)}`,
    );
  }
}

function toLines(set: string, qualities: ReadonlyMap<string, Quality>): BenchLine[] {
  const figures: readonly (readonly [string, string, (quality: Quality) => number | null])[] = [
    ['vus_pr', '1', (quality) => quality.vusPr],
    ['events_found', '1', (quality) => quality.found / quality.events],
    ['false_alerts', '1/week', (quality) => quality.falseAlertsPerWeek],
    [
      'median_delay',
      's',
      (quality) => (quality.medianDelayMs === null ? null : quality.medianDelayMs / 1000),
    ],
  ];
  const baseline = 'row PCA';
  const compared = qualities.get(baseline);
  return [...qualities].flatMap(([name, quality]) =>
    figures.map(([figure, unit, of]) =>
      benchLine({
        bench: 'quality',
        case: `${set}/${name}/${figure}`,
        value: of(quality),
        unit,
        baseline,
        baseline_value: compared === undefined ? null : of(compared),
      }),
    ),
  );
}
