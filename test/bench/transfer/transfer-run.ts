import { newEncoder, pretrainEncoder, withClasses } from '../../../src/model/encoder-transfer.ts';
import { runStack } from '../../../src/model/layer-stack.ts';
import type { StackLayer } from '../../../src/model/layer-stack.ts';
import { trainStack } from '../../../src/model/train-stack.ts';
import type { StackEpoch } from '../../../src/model/train-stack.ts';
import { CLASSES, PIXELS, labelledRows } from './digits.ts';
import type { DigitParts, Digits } from './digits.ts';

/** Where a classifier's encoder starts from: nothing, or an autoencoder trained by this loss. */
export const STARTS = ['scratch', 'mse', 'cross_entropy'] as const;
export type Start = (typeof STARTS)[number];

/** How large the runs are. */
export interface TransferSize {
  readonly labels: readonly number[];
  readonly pretrainEpochs: number;
  readonly fineTuneEpochs: number;
}

/** One classifier, trained and judged. */
export interface TransferResult {
  readonly start: Start;
  readonly labels: number;
  readonly seed: number;
  /** Share of test digits told right. */
  readonly accuracy: number;
  /** Until the early stop. */
  readonly epochs: number;
  /** Until the from-scratch net's best validation accuracy; `null`: never reached. */
  readonly epochsToScratch: number | null;
  /** Of the classifier's training alone. */
  readonly seconds: number;
}

/** How long an autoencoder took and how well it gives back digits that it has not learned. */
export interface PretrainResult {
  readonly start: Start;
  readonly seconds: number;
  readonly epochs: number;
  readonly validationLoss: number;
}

const WIDTHS = [PIXELS, 128, 64, 32];
const LEARNING_RATE = 0.001;
const PRETRAINING = { learningRate: LEARNING_RATE, batchSize: 64, patience: 5 };
const FINE_TUNING = {
  learningRate: LEARNING_RATE,
  batchSize: 32,
  patience: 8,
  loss: 'cross_entropy',
} as const;

/** Everything for one seed: both pretrainings, then each start with each number of labels. Same net, optimiser and stopping. */
export async function runTransfer(
  { pool, validation, test }: DigitParts,
  size: TransferSize,
  seed: number,
): Promise<{ results: TransferResult[]; pretrained: PretrainResult[] }> {
  const bare = newEncoder(WIDTHS, seed);
  const encoders = new Map<Start, readonly StackLayer[]>([['scratch', bare]]);
  const pretrained: PretrainResult[] = [];
  for (const loss of ['mse', 'cross_entropy'] as const) {
    const began = performance.now();
    const { encoder, curve } = await pretrainEncoder(
      bare,
      {
        training: { count: pool.count, inputs: pool.pixels },
        validation: { count: validation.count, inputs: validation.pixels },
      },
      { ...PRETRAINING, loss, seed, maxEpochs: size.pretrainEpochs },
    );
    encoders.set(loss, encoder);
    pretrained.push({
      start: loss,
      seconds: secondsSince(began),
      epochs: curve.length,
      validationLoss: Math.min(...curve.map((epoch) => epoch.validation)),
    });
  }
  const results: TransferResult[] = [];
  for (const labels of size.labels) {
    let target = Number.NaN;
    for (const start of STARTS) {
      const began = performance.now();
      const { layers, curve } = await trainStack(
        withClasses(encoders.get(start) ?? bare, CLASSES, seed),
        { training: labelledRows(pool, labels), validation: labelledRows(validation) },
        { ...FINE_TUNING, seed, maxEpochs: size.fineTuneEpochs },
      );
      const seconds = secondsSince(began);
      if (start === 'scratch') target = Math.max(...curve.map((epoch) => epoch.accuracy));
      results.push({
        start,
        labels,
        seed,
        accuracy: accuracyOf(layers, test),
        epochs: curve.length,
        epochsToScratch: epochsTo(target, curve),
        seconds,
      });
    }
  }
  return { results, pretrained };
}

function epochsTo(accuracy: number, curve: readonly StackEpoch[]): number | null {
  return curve.find((epoch) => epoch.accuracy >= accuracy)?.epoch ?? null;
}

function accuracyOf(layers: readonly StackLayer[], { pixels, count, digit }: Digits): number {
  const shares = runStack(layers, pixels, count);
  let right = 0;
  for (let row = 0; row < count; row++) {
    const own = shares.subarray(row * CLASSES, (row + 1) * CLASSES);
    if (own.indexOf(Math.max(...own)) === digit[row]) right++;
  }
  return right / count;
}

function secondsSince(began: number): number {
  return (performance.now() - began) / 1000;
}
