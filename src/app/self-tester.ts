import type { DetectorSpec } from '../core/detector.ts';
import type { SelfTestView } from '../server/views/self-test-view.ts';
import type { StoreReader } from '../store/store-reader.ts';
import { recallFallen } from '../training/recall-fallen.ts';
import type { FaultResult } from '../training/self-test.ts';
import type { TrainingCard } from '../training/training-card.ts';
import type { Exposition } from './exposition.ts';
import { runInChild, type ChildEnd, type RunningChild } from './run-in-child.ts';
import type { SelfTestJob, SelfTestResult } from './self-test-messages.ts';
import type { Report } from './telemetry.ts';

type ComparedFault = SelfTestView['faults'][number];

const TIME_LIMIT_MS = 10 * 60_000;

export interface SelfTesterOptions {
  readonly storePath: string;
  readonly store: StoreReader;
  readonly exposition: Exposition;
  readonly report: Report;
  readonly nowMs: () => number;
  /** Whether a training is under way: one child process at a time. */
  readonly isTraining: () => boolean;
  /** Absent: the real process. */
  readonly run?: (job: SelfTestJob, message: (result: SelfTestResult) => void) => RunningChild;
}

/**
 * Tries each detector again and again on injected faults, in a child process, and tells when it finds clearly less than its model
 * did when it was trained (DESIGN §5.7).
 */
export class SelfTester {
  readonly #options: SelfTesterOptions;
  readonly #waiting = new Set<string>();
  readonly #views = new Map<string, SelfTestView>();
  /** Faults that were told last of a detector, so that nothing is told twice. */
  readonly #told = new Map<string, readonly string[]>();
  #child: RunningChild | null = null;
  #idle: Promise<void> = Promise.resolve();
  #stopping = false;

  constructor(options: SelfTesterOptions) {
    this.#options = options;
  }

  /** Tests a detector as soon as those asked for before are through; not while a training runs: the next hour comes. */
  request(spec: DetectorSpec): void {
    if (this.#waiting.has(spec.name)) return;
    this.#waiting.add(spec.name);
    this.#idle = this.#idle.then(async () => {
      this.#waiting.delete(spec.name);
      if (!this.#stopping && !this.#options.isTraining()) await this.#test(spec);
    });
  }

  /** The newest result since the start, `null` without one. */
  view(detector: string): SelfTestView | null {
    return this.#views.get(detector) ?? null;
  }

  /** Resolves when what was asked for is through. */
  async settled(): Promise<void> {
    await this.#idle;
  }

  /** Ends a test under way; resolves when its process is gone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#child?.kill();
    await this.#idle;
  }

  async #test(spec: DetectorSpec): Promise<void> {
    const { storePath, run = inChild } = this.#options;
    const received: { result?: SelfTestResult } = {};
    this.#child = run({ storePath, spec }, (result) => (received.result = result));
    const end = await this.#child.ended;
    this.#child = null;
    const { result } = received;
    if (result?.kind === 'tested') this.#tested(spec.name, result);
    else if (result !== undefined) this.#untested(spec.name, `Nothing was tried: ${result.detail}.`);
    else if (!this.#stopping) this.#failed(spec.name, end);
  }

  #tested(detector: string, { version, faults }: Extract<SelfTestResult, { kind: 'tested' }>): void {
    const { exposition, nowMs } = this.#options;
    const before = this.#onCard(detector, version);
    const compared = faults.map((now) => {
      const then = before.find(({ fault }) => fault === now.fault) ?? null;
      return {
        ...now,
        trainedRecall: then?.recall ?? null,
        fallen: then !== null && recallFallen(then, now),
      };
    });
    const previous = this.#views.get(detector)?.faults ?? [];
    this.#views.set(detector, { testedMs: nowMs(), version, detail: null, faults: compared });
    exposition.selfTested(detector, compared, nowMs());
    // Chance may take a fault down once.
    const lasting = compared.filter(
      ({ fault, fallen }) => fallen && previous.some((one) => one.fault === fault && one.fallen),
    );
    this.#tell(detector, lasting);
  }

  #tell(detector: string, fallen: readonly ComparedFault[]): void {
    const { report } = this.#options;
    const names = fallen.map(({ fault }) => fault);
    const told = this.#told.get(detector) ?? [];
    this.#told.set(detector, names);
    const fields = { detector, faults: names };
    if (names.some((name) => !told.includes(name))) {
      report({ event: 'self_test_fell', level: 'warn', message: fellText(detector, fallen), fields });
    } else if (names.length === 0 && told.length > 0) {
      const message = `The self-test of detector ${detector} finds again what its model found when it was trained.`;
      report({ event: 'self_test_recovered', level: 'info', message, fields });
    }
  }

  #untested(detector: string, detail: string): void {
    const newest = this.#views.get(detector);
    this.#views.set(detector, { testedMs: null, version: null, faults: [], ...newest, detail });
  }

  #failed(detector: string, end: ChildEnd): void {
    const detail = howOf(end);
    if (this.#views.get(detector)?.detail !== detail) {
      const message = `The self-test of detector ${detector} did not come to its end: ${detail} Its figures are older ones until it does.`;
      this.#options.report({ event: 'failed', level: 'error', message, fields: { detector } });
    }
    this.#untested(detector, detail);
  }

  #onCard(detector: string, version: string): readonly FaultResult[] {
    const card = this.#options.store.findModel(detector, version)?.card;
    return card === undefined ? [] : ((JSON.parse(card) as Partial<TrainingCard>).selfTest ?? []);
  }
}

function inChild(job: SelfTestJob, message: (result: SelfTestResult) => void): RunningChild {
  const { memoryLimitBytes } = job.spec.training;
  return runInChild({
    script: './self-test-process.js',
    job,
    timeLimitMs: TIME_LIMIT_MS,
    memoryLimitBytes,
    message,
  });
}

function howOf(end: ChildEnd): string {
  switch (end.kind) {
    case 'too_long':
      return 'it was not through after ten minutes.';
    case 'too_much_memory':
      return `it took ${Math.round(end.bytes / 2 ** 20)} MB of memory, more than training.memory_limit.`;
    case 'exited':
      return `its process ended with ${end.complaint}.`;
  }
}

function fellText(detector: string, fallen: readonly ComparedFault[]): string {
  const percent = (share: number | null): string => `${Math.round(100 * (share ?? 0))} %`;
  const parts = fallen.map(
    ({ fault, recall, trainedRecall }) =>
      `${percent(recall)} of faults of kind ${fault} (${percent(trainedRecall)} when its model was trained)`,
  );
  return (
    `The self-test of detector ${detector} finds only ${parts.join(', ')}: the like may pass unseen. ` +
    'If its last week was unlike the others, label what was real ("strayd alerts label"), so that thresholds forget it; ' +
    `else train it anew ("strayd train ${detector}").`
  );
}
