import type { TrainedModel } from '../../../src/app/messages.ts';
import { benchLine } from '../bench-line.ts';
import type { BenchLine, BenchOptions } from '../bench-line.ts';
import { measureTraining, median, p99Ratio, quantile } from './latency-runs.ts';
import type { LatencyRun } from './latency-runs.ts';
import { openScoringRig } from './scoring-rig.ts';
import type { ScoringFleet } from './scoring-fleet.ts';
import type { ScoringRig, TrainingEnd } from './scoring-rig.ts';

/** 100 hosts give a net more than the 20 000 windows that one is trained on. */
const FLEET: ScoringFleet = { entities: 100, features: 8, historySteps: 520 };
const RUNS = 5;
const EVERY_MS = 100;
const BLOCK_STEPS = 20;
const WARM_UP_STEPS = 50;

/**
 * From record in to score out while a training of 20 000 windows runs in its child process, beside the same without it:
 * five runs, the two turn by turn in each; then the next score, which has to come from the new model.
 */
export async function scoringBench({ print }: BenchOptions): Promise<BenchLine[]> {
  const rig = await openScoringRig(FLEET);
  try {
    print(
      `scoring: one step of ${FLEET.entities} hosts with ${FLEET.features} metrics each every ${EVERY_MS} ms`,
    );
    await rig.use(modelOf(await (await rig.train({ type: 'linear' })).ended));
    await rig.pace({ count: WARM_UP_STEPS, everyMs: EVERY_MS });
    const runs: LatencyRun[] = [];
    let swap: ModelSwap | null = null;
    for (let number = 1; number <= RUNS; number++) {
      const { run, end } = await measureTraining(rig, { everyMs: EVERY_MS, blockSteps: BLOCK_STEPS });
      runs.push(run);
      const times = p99Ratio(run).toFixed(2);
      print(
        `  run ${number}: idle ${textOf(run.idle)}; training ${textOf(run.training)}; ratio of p99 ${times}`,
      );
      swap = await swapModel(rig, end);
      print(
        `         scored by ${swap.before.join()} before and ${swap.after.join()} after ${swap.version} was put to use`,
      );
    }
    const ratio = median(runs.map(p99Ratio));
    print(
      `  ratio of p99 with and without the training, median of ${RUNS} runs: ${ratio.toFixed(2)}; promised: at most 2`,
    );
    return [
      ...[0.5, 0.99].map((share) => latencyLine(runs, share)),
      benchLine({
        bench: 'scoring',
        case: `ratio of p99 with and without the training, median of ${RUNS} runs`,
        value: ratio,
        unit: 'ratio',
        baseline: 'promised at most',
        baseline_value: 2,
      }),
      benchLine({
        bench: 'scoring',
        case: 'versions that scored the step after the activation, of which the new one',
        value: swap?.after.filter((version) => version === swap.version).length ?? null,
        unit: 'versions',
        baseline: 'all',
        baseline_value: swap?.after.length ?? null,
      }),
    ];
  } finally {
    await rig.close();
  }
}

/** What scored before and after a freshly trained model was put to use. */
export interface ModelSwap {
  readonly version: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** Puts the model of a training to use between two steps. */
export async function swapModel(rig: ScoringRig, { run, trained }: TrainingEnd): Promise<ModelSwap> {
  if (trained?.promoted !== true) throw new Error(`the training brought no model to use: ${run.detail}`);
  const { versions: before } = await rig.send();
  await rig.use(trained);
  const { versions: after } = await rig.send();
  return { version: trained.version, before, after };
}

function modelOf({ run, trained }: TrainingEnd): TrainedModel {
  if (trained === null) throw new Error(`the first training brought no model: ${run.detail}`);
  return trained;
}

function latencyLine(runs: readonly LatencyRun[], share: number): BenchLine {
  return benchLine({
    bench: 'scoring',
    case: `latency p${100 * share} during a training of 20 000 windows, median of ${runs.length} runs`,
    value: median(runs.map(({ training }) => quantile(training, share))),
    unit: 'ms',
    baseline: 'the same without the training',
    baseline_value: median(runs.map(({ idle }) => quantile(idle, share))),
  });
}

function textOf(latencies: readonly number[]): string {
  const [p50, p99] = [0.5, 0.99].map((share) => quantile(latencies, share).toFixed(1));
  return `p50 ${p50} ms, p99 ${p99} ms (${latencies.length} steps)`;
}
