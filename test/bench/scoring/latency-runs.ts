import type { ModelSpec } from '../../../src/core/detector.ts';
import type { ScoringRig, TrainingEnd } from './scoring-rig.ts';

/** Latencies of one run, ms: steps while the training worked, and steps in between while it was held still. */
export interface LatencyRun {
  readonly training: readonly number[];
  readonly idle: readonly number[];
}

/** How steps are sent, and how often a training is held. */
export interface LatencyOptions {
  /** From one step to the next, ms. */
  readonly everyMs: number;
  /** Steps in a row with, then without the training. */
  readonly blockSteps: number;
  /** Instead of the defaults. */
  readonly model?: Partial<ModelSpec>;
  /** After so many steps with the training it is killed; without it, it goes through to its end. */
  readonly mostSteps?: number;
}

/**
 * Measures from the begin of a training to its end, turn by turn with and without it, so that whatever else the machine
 * does meets both alike and every part of the training is in.
 */
export async function measureTraining(
  rig: ScoringRig,
  options: LatencyOptions,
): Promise<{ readonly run: LatencyRun; readonly end: TrainingEnd }> {
  const { everyMs, blockSteps, model, mostSteps = Infinity } = options;
  const training = await rig.train(model);
  const run: { training: number[]; idle: number[] } = { training: [], idle: [] };
  while (!training.isOver()) {
    const block = await rig.pace({ count: blockSteps, everyMs, isOver: training.isOver });
    training.hold();
    run.training.push(...block);
    run.idle.push(...(await rig.pace({ count: block.length, everyMs })));
    if (run.training.length >= mostSteps) training.kill();
    training.resume();
  }
  return { run, end: await training.ended };
}

/** The value that a share of all values does not exceed (nearest rank). */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** p99 with the training ÷ p99 without. */
export function p99Ratio({ training, idle }: LatencyRun): number {
  return quantile(training, 0.99) / quantile(idle, 0.99);
}

/** The middle value. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
