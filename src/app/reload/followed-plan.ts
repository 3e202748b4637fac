import type { Config } from '../../config/config.ts';
import type { DetectorSpec } from '../../core/detector.ts';
import type { Instruments } from '../instruments.ts';
import type { FromPipeline } from '../messages.ts';
import type { TrainingDesk } from '../training-desk.ts';
import { Turns } from '../turns.ts';
import { changedDetectors } from './changed-detectors.ts';
import type { Shadow } from './detector-plan.ts';

/** Which detectors run, as the pipeline thread tells. */
export type Planned = Extract<FromPipeline, { readonly type: 'planned' }>;

/** The configuration with the detectors that people are told of, as they watch now. */
export function withServing(config: Config, { serving }: Pick<Planned, 'serving'>): Config {
  return { ...config, detectors: serving };
}

/** Those that warm up too. */
export function allOf({ serving, shadows }: Pick<Planned, 'serving' | 'shadows'>): DetectorSpec[] {
  return [...serving, ...shadows.map(({ spec }) => spec)];
}

export interface FollowedPlanOptions {
  readonly first: Planned;
  readonly config: Config;
  readonly configOf: (generation: number) => Config;
  readonly instruments: Instruments;
  readonly desk: Pick<TrainingDesk, 'reconfigure'>;
  /** Resolves when delivery, schedules and watches go by it. */
  readonly services: (config: Config, shadows: readonly Shadow[]) => Promise<void>;
  /** From now on requests are answered by it. */
  readonly answer: (config: Config, plan: Planned) => void;
  readonly failed: (error: Error) => void;
}

/** Lets the main thread go by what the pipeline thread runs, one plan after the other. */
export class FollowedPlan {
  readonly #options: FollowedPlanOptions;
  readonly #turns = new Turns();
  #plan: Planned;
  #config: Config;

  constructor(options: FollowedPlanOptions) {
    this.#options = options;
    this.#plan = options.first;
    this.#config = options.config;
    this.#showShadows();
  }

  /** What all goes by, with the detectors that people are told of. */
  get config(): Config {
    return this.#config;
  }

  follow(plan: Planned): void {
    void this.#turns.take(() => this.#take(plan)).catch(this.#options.failed);
  }

  /** Resolves when all goes by the plans that were told. */
  settled(): Promise<void> {
    return this.#turns.take(() => Promise.resolve());
  }

  async #take(plan: Planned): Promise<void> {
    const { configOf, instruments, desk, services, answer } = this.#options;
    const gone = changedDetectors(allOf(this.#plan), allOf(plan));
    this.#plan = plan;
    this.#config = withServing(configOf(plan.generation), plan);
    await instruments.reconfigure(this.#config, gone);
    desk.reconfigure(allOf(plan));
    answer(this.#config, plan);
    await services(this.#config, plan.shadows);
    this.#showShadows();
  }

  #showShadows(): void {
    const { metrics } = this.#options.instruments;
    metrics.changingSince.reset();
    for (const { detector, sinceMs } of this.#plan.shadows)
      metrics.changingSince.set({ detector }, sinceMs / 1000);
  }
}
