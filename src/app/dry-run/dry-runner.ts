import type { Config } from '../../config/config.ts';
import { detectorsText } from '../../config/detectors-text.ts';
import { loadDetectors } from '../../config/load-detectors.ts';
import { ConfigError } from '../../config/problem.ts';
import type { DetectorSpec } from '../../core/detector.ts';
import type { DetectorDryRun, DryRunView } from '../../server/views/dry-run-view.ts';
import type { DryRunAnswer } from '../../server/dry-run.ts';
import type { Metrics } from '../../server/metrics.ts';
import type { Report } from '../telemetry.ts';
import { dryRunNotice } from './dry-run-notice.ts';
import { runInChild, type ChildEnd, type RunningChild } from '../run-in-child.ts';
import type { DryRunJob } from './dry-run-messages.ts';

const TIME_LIMIT_MS = 5 * 60_000;
const MEMORY_LIMIT_BYTES = 2 * 2 ** 30;

export interface DryRunnerOptions {
  readonly config: Config;
  /** Whether a training is under way: one child process at a time. */
  readonly isTraining: () => boolean;
  readonly report: Report;
  readonly metrics: Pick<Metrics, 'dryRunsTotal'>;
  /** Wall clock, Unix ms. */
  readonly nowMs: () => number;
  /** Absent: the real process. */
  readonly run?: (job: DryRunJob, message: (result: DryRunView) => void) => RunningChild;
}

/** Tries an edited configuration on the last day of data, in a child process, one at a time. */
export class DryRunner {
  readonly #options: DryRunnerOptions;
  readonly #sources: readonly string[];
  readonly #text: string;
  #child: RunningChild | null = null;
  #idle: Promise<unknown> = Promise.resolve();

  constructor(options: DryRunnerOptions) {
    const { detectors, sources } = options.config;
    this.#options = options;
    this.#sources = sources.map(({ name }) => name);
    this.#text = detectorsText(detectors);
  }

  /** The `detectors` section that runs, to be edited. */
  get text(): string {
    return this.#text;
  }

  /** Tries an edited section; `signal` ends it when nobody waits for it any more. */
  async run(text: string, signal: AbortSignal): Promise<DryRunAnswer> {
    const { report, metrics, nowMs } = this.#options;
    const beganMs = nowMs();
    const answer = await this.#tried(text, signal);
    const outcome = answer.kind === 'failed' && signal.aborted ? 'cancelled' : answer.kind;
    metrics.dryRunsTotal.inc({ outcome });
    const notice = dryRunNotice(answer, outcome, (nowMs() - beganMs) / 1000);
    if (notice !== null) report(notice);
    return answer;
  }

  async #tried(text: string, signal: AbortSignal): Promise<DryRunAnswer> {
    let running: readonly DetectorSpec[];
    let edited: readonly DetectorSpec[];
    try {
      edited = loadDetectors(text, this.#sources);
      running = this.#running();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const faults = error.problems.map(({ line, column, path, message }) => ({
        line,
        column,
        path,
        message,
      }));
      return { kind: 'invalid', faults };
    }
    if (this.#child !== null) {
      return { kind: 'busy', detail: 'Another dry run is under way; ask again when it has ended.' };
    }
    if (this.#options.isTraining()) {
      return { kind: 'busy', detail: 'A training is under way; ask again when it has ended.' };
    }
    const answer = this.#play(running, edited, signal);
    this.#idle = answer;
    return answer;
  }

  /** Ends a dry run under way; resolves when its process is gone. */
  async stop(): Promise<void> {
    this.#child?.kill();
    await this.#idle;
  }

  /** The running detectors, as the text that people edit gives them back; their columns stay in the store's order. */
  #running(): DetectorSpec[] {
    const { detectors } = this.#options.config;
    return loadDetectors(this.#text, this.#sources).map((spec, index) => ({
      ...spec,
      features: detectors[index]?.features ?? spec.features,
    }));
  }

  async #play(
    running: readonly DetectorSpec[],
    edited: readonly DetectorSpec[],
    signal: AbortSignal,
  ): Promise<DryRunAnswer> {
    const { config, run = inChild } = this.#options;
    const pairs = running.flatMap((spec) => {
      const found = edited.find(({ name }) => name === spec.name);
      return found === undefined ? [] : [{ running: spec, edited: withFeaturesOf(spec, found) }];
    });
    const received: { result?: DryRunView } = {};
    const child = run({ storePath: config.store.path, pairs }, (result) => (received.result = result));
    this.#child = child;
    const kill = (): void => child.kill();
    signal.addEventListener('abort', kill, { once: true });
    if (signal.aborted) kill();
    const end = await child.ended;
    signal.removeEventListener('abort', kill);
    this.#child = null;
    const { result } = received;
    if (result === undefined) return { kind: 'failed', detail: howOf(end) };
    return { kind: 'done', value: { detectors: [...result.detectors, ...unmatched(running, edited)] } };
  }
}

/** Detectors that only one of the two has. */
function unmatched(running: readonly DetectorSpec[], edited: readonly DetectorSpec[]): DetectorDryRun[] {
  const missingIn = (specs: readonly DetectorSpec[], of: readonly DetectorSpec[]): DetectorSpec[] =>
    of.filter(({ name }) => !specs.some((spec) => spec.name === name));
  return [
    ...missingIn(running, edited).map(({ name }) =>
      untried(name, 'It is new: nothing is kept of what it would watch.'),
    ),
    ...missingIn(edited, running).map(({ name }) =>
      untried(name, 'It is left out: none of its alerts would be raised.'),
    ),
  ];
}

/** `features: auto` means those that were chosen. */
function withFeaturesOf(running: DetectorSpec, edited: DetectorSpec): DetectorSpec {
  if (edited.autoFeatures !== true) return edited;
  const { autoFeatures: _, ...rest } = edited;
  return { ...rest, features: running.features };
}

function untried(detector: string, notPlayed: string): DetectorDryRun {
  return { detector, tried: [], untried: [], notPlayed, played: null };
}

function inChild(job: DryRunJob, message: (result: DryRunView) => void): RunningChild {
  return runInChild({
    script: './dry-run/dry-run-process.js',
    job,
    timeLimitMs: TIME_LIMIT_MS,
    memoryLimitBytes: MEMORY_LIMIT_BYTES,
    message,
  });
}

function howOf(end: ChildEnd): string {
  switch (end.kind) {
    case 'too_long':
      return 'The dry run was not through after five minutes and was ended; "strayd backtest --compare" tries a change on a file, as long as it takes.';
    case 'too_much_memory':
      return `The dry run took ${Math.round(end.bytes / 2 ** 20)} MB of memory and was ended; "strayd backtest --compare" tries a change on a file.`;
    case 'exited':
      return `The dry run's process ended with ${end.complaint}.`;
  }
}
