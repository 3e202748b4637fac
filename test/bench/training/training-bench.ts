import { benchLine } from '../bench-line.ts';
import type { BenchLine, BenchOptions } from '../bench-line.ts';
import { startTsWorker } from '../../support/ts-worker.ts';
import type { TrainingCase, TrainingSeconds } from './training-thread.ts';

const EPOCHS = 4;
const CASES: readonly TrainingCase[] = [
  { backend: 'native', windows: 20_000, epochs: EPOCHS },
  { backend: 'native', windows: 50_000, epochs: EPOCHS },
  { backend: 'wasm', windows: 20_000, epochs: EPOCHS },
  { backend: 'wasm', windows: 50_000, epochs: EPOCHS },
  { backend: 'cpu', windows: 2_000, epochs: EPOCHS },
];

/** Seconds of a whole fit (scales, linear members, net, statistics) by backend, beside the net's training loop alone. */
export async function trainingBench({ print }: BenchOptions): Promise<BenchLine[]> {
  const lines: BenchLine[] = [];
  for (const one of CASES) {
    const what = `${one.backend}, ${one.windows} windows, ${one.epochs} epochs`;
    const seconds = await measureInThread(one);
    if (seconds === null) {
      print(`training: ${what}: this machine does not have the backend`);
      continue;
    }
    const { whole, loop, shape } = seconds;
    print(
      `training: ${what}, net ${shape.join('-')}: ${whole.toFixed(1)} s, the loop alone ${loop.toFixed(1)} s`,
    );
    lines.push(
      benchLine({
        bench: 'training',
        case: what,
        value: whole,
        unit: 's',
        baseline: "the net's training loop alone",
        baseline_value: loop,
      }),
    );
  }
  return lines;
}

async function measureInThread(one: TrainingCase): Promise<TrainingSeconds> {
  const thread = startTsWorker(new URL('./training-thread.ts', import.meta.url), one);
  try {
    return await new Promise((resolve, reject) => {
      thread.once('message', resolve);
      thread.once('error', reject);
    });
  } finally {
    await thread.terminate();
  }
}
