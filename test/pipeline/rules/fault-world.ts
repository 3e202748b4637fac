import type { DetectorSpec } from '../../../src/core/detector.ts';
import type { DecodedRecord } from '../../../src/core/records.ts';
import type { RestoredState } from '../../../src/pipeline/checkpoint.ts';
import { createState } from '../../../src/pipeline/create-state.ts';
import type { AlertTransition, Effects } from '../../../src/pipeline/effects.ts';
import type { PipelineInput } from '../../../src/pipeline/inputs.ts';
import type { PipelineState } from '../../../src/pipeline/pipeline-state.ts';
import { NOTHING, partitionId } from '../drive.ts';
import { fakeSpec } from '../scoring/fake-scoring-model.ts';

const MINUTE_MS = 60_000;
/** Long steps, so that a day is soon over. */
export const STEP_MS = 10 * MINUTE_MS;
export const DAY = 144;
/** Its first step begins a day. */
export const FIRST = (20_000 * 86_400_000) / STEP_MS;

/** One gauge, 10-minute steps; the watermark closes 5 steps behind the source, an absence fires after 10. */
export const worldSpec: DetectorSpec = fakeSpec({
  features: [
    { name: 'other', metric: 'other', where: [], as: 'gauge', aggregate: 'max', unit: '' },
    { name: 'temp', metric: 'temp', where: [], as: 'gauge', aggregate: 'max', unit: '°C' },
  ],
  cohort: ['role'],
  stepMs: STEP_MS,
  allowedLatenessMs: 0,
  absentAfterMs: 5 * STEP_MS,
  maxFutureMs: MINUTE_MS,
  forgetAfterMs: 2 * 86_400_000,
  alert: {
    ...fakeSpec().alert,
    absence: { mode: 'auto', afterMs: 10 * STEP_MS },
    flatline: { afterMs: 10 * MINUTE_MS },
  },
});

/** With other rules. */
export function withAlert(alert: Partial<DetectorSpec['alert']>): DetectorSpec {
  return { ...worldSpec, alert: { ...worldSpec.alert, ...alert } };
}

/** One entity: in which steps (from the first) it speaks, and what it says. */
export interface Speaker {
  readonly entity: string;
  readonly role?: string;
  readonly partition?: number;
  readonly speaks: (step: number) => boolean;
  /** Default: another value each step. */
  readonly temp?: (step: number) => number;
}

/** A value that no step repeats. */
export const moving = (step: number): number => step + 0.25;

export const always = (): boolean => true;

/** The records of all steps in order, one an entity; what `between` gives for a step goes before it. */
export function worldInputs(
  speakers: readonly Speaker[],
  steps: number,
  between: (step: number) => readonly PipelineInput[] = () => [],
): PipelineInput[] {
  const offsets = new Map<number, number>();
  const partitions = [...new Set(speakers.map(({ partition = 0 }) => partition))];
  const inputs: PipelineInput[] = partitions.map((index) => ({
    kind: 'assigned',
    partition: partitionId(index),
    nextOffset: 0,
  }));
  for (let step = 0; step < steps; step++) {
    inputs.push(...between(step));
    for (const [index, speaker] of speakers.entries()) {
      if (!speaker.speaks(step)) continue;
      const { entity, role = 'web', partition = 0, temp = moving } = speaker;
      const offset = offsets.get(partition) ?? 0;
      offsets.set(partition, offset + 1);
      const timeMs = (FIRST + step) * STEP_MS + 1000 + index;
      const labels = { instance: entity, role };
      const samples = [
        { metric: 'temp', labels, timeMs, value: temp(step) },
        { metric: 'other', labels, timeMs, value: 3 * moving(step) },
      ];
      inputs.push(recordInput(partition, { offset, timeMs, samples }));
    }
  }
  return inputs;
}

function recordInput(partition: number, record: DecodedRecord): PipelineInput {
  const { offset: firstOffset } = record;
  const rest = { firstOffset, nextOffset: firstOffset + 1, records: [record], deadLetters: [] };
  return { kind: 'records', slice: { ...partitionId(partition), ...rest } };
}

/** A pipeline of the world's detector, without a model. */
export function world(spec: DetectorSpec = worldSpec, restored: RestoredState = NOTHING): PipelineState {
  return createState({
    detectors: [spec],
    restored,
    models: [],
    nextRefitMs: () => Infinity,
    maxAlertAgeMs: 3_600_000,
  });
}

/** Transitions as text: entity, kind, from → to, and the step from the first. */
export function told({ transitions }: Pick<Effects, 'transitions'>): string[] {
  return transitions.map(({ alert, from, to, step }: AlertTransition) => {
    const why = to === 'resolved' ? ` (${alert.resolution})` : '';
    return `${alert.entity} ${alert.kind} ${from ?? 'new'} → ${to}${why} at ${step - FIRST}`;
  });
}
