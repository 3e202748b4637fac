import type { DetectorSpec } from '../../src/core/detector.ts';
import type { RestoredState } from '../../src/pipeline/checkpoint.ts';
import { createState, type PipelineOptions } from '../../src/pipeline/create-state.ts';
import type { Effects } from '../../src/pipeline/effects.ts';
import type { PipelineInput } from '../../src/pipeline/inputs.ts';
import { joinEffects } from '../../src/pipeline/join-effects.ts';
import type { PipelineLimits, PipelineState } from '../../src/pipeline/pipeline-state.ts';
import { step } from '../../src/pipeline/step.ts';
import { NOTHING, partitionId } from './drive.ts';
import { fakeSpec } from './scoring/fake-scoring-model.ts';

/** 10 s steps, 20 s lateness, absent after 50 s: a gauge `temp` and a counter's rate `bytes`. */
export const smallSpec: DetectorSpec = fakeSpec({
  features: [
    { name: 'bytes', metric: 'bytes_total', where: [], as: 'rate', aggregate: 'sum', unit: 'B/s' },
    { name: 'temp', metric: 'temp', where: [], as: 'gauge', aggregate: 'max', unit: '°C' },
  ],
  stepMs: 10_000,
  allowedLatenessMs: 20_000,
  absentAfterMs: 50_000,
  maxFutureMs: 300_000,
  forgetAfterMs: 600_000,
});

/** A pipeline that is fed one record at a time, at second `at`, and remembers all its effects. */
export class Feed {
  readonly state: PipelineState;
  /** All that was fed. */
  readonly inputs: PipelineInput[] = [];
  readonly #parts: Effects[] = [];
  readonly #offsets = new Map<number, number>();

  constructor(
    specs: readonly DetectorSpec[] = [smallSpec],
    options: {
      restored?: RestoredState;
      limits?: Partial<PipelineLimits>;
      offsets?: readonly number[];
      nextRefitMs?: PipelineOptions['nextRefitMs'];
    } = {},
  ) {
    options.offsets?.forEach((offset, partition) => this.#offsets.set(partition, offset));
    this.state = createState({
      detectors: specs,
      restored: options.restored ?? NOTHING,
      models: [],
      nextRefitMs: options.nextRefitMs ?? (() => Infinity),
      maxAlertAgeMs: 3_600_000,
      limits: options.limits ?? {},
    });
  }

  get effects(): Effects {
    return joinEffects(this.#parts);
  }

  input(...inputs: PipelineInput[]): Effects {
    this.inputs.push(...inputs);
    const effects = step(this.state, inputs);
    this.#parts.push(effects);
    return effects;
  }

  /** One record with one sample; its own time is the sample's unless given, its partition 0. */
  sample(
    metric: string,
    second: number,
    value: number,
    options: {
      entity?: string;
      partition?: number;
      recordSecond?: number;
      labels?: Record<string, string>;
    } = {},
  ): Effects {
    const { entity = 'a', partition = 0, recordSecond = second, labels = {} } = options;
    const offset = this.#offsets.get(partition) ?? 0;
    this.#offsets.set(partition, offset + 1);
    const sample = { metric, labels: { instance: entity, ...labels }, timeMs: second * 1000, value };
    return this.input({
      kind: 'records',
      slice: {
        ...partitionId(partition),
        firstOffset: offset,
        nextOffset: offset + 1,
        records: [{ offset, timeMs: recordSecond * 1000, samples: [sample] }],
        deadLetters: [],
      },
    });
  }

  /** Closed vectors of an entity as `[step, ...values]`, filled ones marked by `~`. */
  vectors(entity = 'a'): (string | number)[][] {
    return this.effects.steps
      .filter(({ vector }) => vector.entity === entity)
      .map(({ vector }) => [`${vector.step}${vector.filled ? '~' : ''}`, ...vector.values]);
  }
}
