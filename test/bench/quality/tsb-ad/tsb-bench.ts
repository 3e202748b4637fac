import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findLengthRank } from '../../../../src/core/evaluation/find-length-rank.ts';
import { vusPr } from '../../../../src/core/evaluation/vus-pr.ts';
import { benchLine } from '../../bench-line.ts';
import type { BenchLine } from '../../bench-line.ts';
import type { LabelledEntity } from '../labelled-entity.ts';
import { loadSet } from '../load-set.ts';
import { tsbKMeansScores, tsbPcaScores } from './published-detectors.ts';

/** Machines of SMD, and the beginnings of the names that their test parts have in TSB-AD-M. */
const FILES: Readonly<Record<string, string>> = { 'machine-1-7': '065_SMD', 'machine-2-1': '063_SMD' };
const TABLE = 'tsb-ad/results/multi_mergedTable_VUS-PR.csv';
const SEEDS = 3;

/** TSB-AD's own PCA and k-means, written down again, judged by our VUS-PR, beside the figures that it publishes. */
export async function tsbBench(data: string, print: (text: string) => void): Promise<BenchLine[]> {
  const machines = loadSet(data, 'smd');
  if (machines === null || !existsSync(join(data, TABLE))) {
    print('tsb-ad: left out, smd or tsb-ad is not under --data');
    return [];
  }
  const published = readTable(join(data, TABLE));
  const lines: BenchLine[] = [];
  for (const machine of machines) {
    const file = FILES[machine.entity];
    if (file === undefined) continue;
    const { values, labels, width, window } = testPart(machine);
    const areaOf = (scores: Float64Array): number => vusPr(labels, scores, window);
    const kMeans: number[] = [];
    for (let seed = 1; seed <= SEEDS; seed++)
      kMeans.push(areaOf(await tsbKMeansScores({ values, width }, seed)));
    const own = {
      PCA: areaOf(tsbPcaScores({ values, width })),
      KMeansAD: kMeans.reduce((sum, area) => sum + area, 0) / SEEDS,
    };
    for (const [detector, value] of Object.entries(own)) {
      const theirs = published(file, detector);
      print(
        `  ${machine.entity} ${detector.padEnd(10)} ${value.toFixed(3)}   published ${theirs?.toFixed(3) ?? '–'}`,
      );
      lines.push(
        benchLine({
          bench: 'quality',
          case: `tsb-ad/${machine.entity}/${detector}/vus_pr`,
          value,
          unit: '1',
          baseline: 'published',
          baseline_value: theirs,
        }),
      );
    }
    print(`  ${machine.entity} KMeansAD by seed: ${kMeans.map((area) => area.toFixed(3)).join(', ')}`);
  }
  return lines;
}

function testPart({ values, labels, trainRows, features }: LabelledEntity) {
  const width = features.length;
  const own = values.slice(trainRows * width);
  const truth = labels.slice(trainRows);
  const first = Float64Array.from(truth, (_, row) => own[row * width] ?? 0);
  return { values: own, labels: truth, width, window: findLengthRank(first) };
}

function readTable(path: string): (file: string, detector: string) => number | null {
  const [header = '', ...lines] = readFileSync(path, 'utf8').trim().split(/\r?\n/);
  const columns = header.split(',');
  return (file, detector) => {
    const line = lines.find((one) => one.startsWith(file));
    const value = line?.split(',')[columns.indexOf(detector)];
    return value === undefined ? null : Number(value);
  };
}
