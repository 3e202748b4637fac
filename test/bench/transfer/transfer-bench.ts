import { startBackend } from '../../../src/model/backend.ts';
import { benchLine } from '../bench-line.ts';
import type { BenchLine, BenchOptions } from '../bench-line.ts';
import { loadDigits, splitDigits } from './digits.ts';
import { meanAndSpread, spreadText } from './mean-and-spread.ts';
import type { Spread } from './mean-and-spread.ts';
import { STARTS, runTransfer } from './transfer-run.ts';
import type { PretrainResult, Start, TransferResult, TransferSize } from './transfer-run.ts';

const COUNTS = { test: 1500, validation: 1000, pool: 7500 };
const FULL = {
  labels: [100, 500, 5000],
  pretrainEpochs: 40,
  fineTuneEpochs: 100,
  pool: COUNTS.pool,
  seeds: 5,
};
const SHORT = { labels: [100, 500], pretrainEpochs: 3, fineTuneEpochs: 15, pool: 1000, seeds: 1 };

const START_NAMES: Readonly<Record<Start, string>> = {
  scratch: 'from scratch',
  mse: 'pretrained, mse',
  cross_entropy: 'pretrained, cross-entropy',
};

/** Does an encoder pretrained without labels make a better digit classifier, sooner, from fewer labels? (docs/transfer.md) */
export async function transferBench({ print, short }: BenchOptions): Promise<BenchLine[]> {
  const size: TransferSize & { pool: number; seeds: number } = short ? SHORT : FULL;
  await startBackend('wasm');
  const digits = loadDigits();
  const results: TransferResult[] = [];
  const pretrained: PretrainResult[] = [];
  for (let seed = 1; seed <= size.seeds; seed++) {
    const parts = splitDigits(digits, { ...COUNTS, pool: size.pool }, seed);
    const run = await runTransfer(parts, size, seed);
    results.push(...run.results);
    pretrained.push(...run.pretrained);
    print(`transfer: seed ${String(seed)} of ${String(size.seeds)} done`);
  }
  printPretrained(pretrained, size.pool, print);
  print(
    `${'labels'.padStart(6)}  ${'start'.padEnd(26)}${'test accuracy, %'.padStart(17)}${'gain, points'.padStart(15)}` +
      `${'epochs to stop'.padStart(16)}${"to scratch's best".padStart(25)}${'seconds'.padStart(12)}`,
  );
  return size.labels.flatMap((labels) =>
    STARTS.flatMap((start) => {
      const own = results.filter((one) => one.labels === labels && one.start === start);
      const scratch = results.filter((one) => one.labels === labels && one.start === 'scratch');
      printRow(labels, own, scratch, print);
      return start === 'scratch' ? [] : linesOf(labels, own, scratch);
    }),
  );
}

function printPretrained(
  pretrained: readonly PretrainResult[],
  images: number,
  print: BenchOptions['print'],
): void {
  for (const start of STARTS) {
    const own = pretrained.filter((one) => one.start === start);
    if (own.length === 0) continue;
    const loss = spreadText(meanAndSpread(own.map((one) => one.validationLoss)), 4);
    const epochs = spreadText(meanAndSpread(own.map((one) => one.epochs)), 0);
    const seconds = spreadText(meanAndSpread(own.map((one) => one.seconds)), 1);
    print(
      `${START_NAMES[start]}: ${String(images)} digits without labels, ${epochs} epochs, ${seconds} s, validation loss ${loss}`,
    );
  }
}

function printRow(
  labels: number,
  own: readonly TransferResult[],
  scratch: readonly TransferResult[],
  print: BenchOptions['print'],
): void {
  const start = own[0]?.start ?? 'scratch';
  const gains = own.map((one, seed) => one.accuracy - (scratch[seed]?.accuracy ?? Number.NaN));
  const gain = start === 'scratch' ? '' : spreadText(percent(meanAndSpread(gains)), 1);
  const reached = own.flatMap((one) => one.epochsToScratch ?? []);
  const toScratch = `${spreadText(meanAndSpread(reached), 1)} (${String(reached.length)} of ${String(own.length)})`;
  print(
    `${String(labels).padStart(6)}  ${START_NAMES[start].padEnd(26)}` +
      spreadText(percent(meanAndSpread(own.map((one) => one.accuracy))), 1).padStart(17) +
      gain.padStart(15) +
      spreadText(meanAndSpread(own.map((one) => one.epochs)), 1).padStart(16) +
      toScratch.padStart(25) +
      spreadText(meanAndSpread(own.map((one) => one.seconds)), 1).padStart(12),
  );
}

function linesOf(
  labels: number,
  own: readonly TransferResult[],
  scratch: readonly TransferResult[],
): BenchLine[] {
  const measures: readonly [string, string, (one: TransferResult) => number | null][] = [
    ['test accuracy', '1', (one) => one.accuracy],
    ['epochs to stop', 'epochs', (one) => one.epochs],
    ["epochs to the from-scratch net's best validation accuracy", 'epochs', (one) => one.epochsToScratch],
    ['training time', 's', (one) => one.seconds],
  ];
  return measures.flatMap(([measure, unit, of]) => {
    const pick = (list: readonly TransferResult[]): Spread =>
      meanAndSpread(list.flatMap((one) => of(one) ?? []));
    const name = `${String(labels)} labels, ${START_NAMES[own[0]?.start ?? 'scratch']}, ${measure}`;
    const [one, other] = [pick(own), pick(scratch)];
    const baseline = START_NAMES.scratch;
    return [
      benchLine({
        bench: 'transfer',
        case: `${name}, mean`,
        value: one.mean,
        unit,
        baseline,
        baseline_value: other.mean,
      }),
      benchLine({
        bench: 'transfer',
        case: `${name}, sd`,
        value: one.sd,
        unit,
        baseline,
        baseline_value: other.sd,
      }),
      ...(measure.startsWith('epochs to the')
        ? [
            benchLine({
              bench: 'transfer',
              case: `${name}, runs that got there`,
              value: one.count,
              unit: 'runs',
              baseline: 'runs',
              baseline_value: own.length,
            }),
          ]
        : []),
    ];
  });
}

function percent({ mean, sd, count }: Spread): Spread {
  return { mean: mean === null ? null : 100 * mean, sd: sd === null ? null : 100 * sd, count };
}
