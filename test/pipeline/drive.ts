import type { DecodedRecord, PartitionId } from '../../src/core/records.ts';
import type { ScoringModel } from '../../src/model/scoring-model.ts';
import type { RestoredState } from '../../src/pipeline/checkpoint.ts';
import { createState } from '../../src/pipeline/create-state.ts';
import type { Effects } from '../../src/pipeline/effects.ts';
import type { PipelineInput } from '../../src/pipeline/inputs.ts';
import type { PipelineState } from '../../src/pipeline/pipeline-state.ts';
import { initialCalibrations } from '../../src/pipeline/scoring/initial-calibrations.ts';
import { caseSpec, SKEW_MS, START_MS, STEP_MS, type StreamCase } from './stream-case.ts';

export const NOTHING: RestoredState = {
  marks: [],
  entities: [],
  activations: [],
  budgetRefits: [],
  exclusions: [],
};

/** A model whose score shows every bit of the rows it saw: the newest busy, and a trace of all the others. */
function tracingModel(version: string): ScoringModel {
  return {
    version,
    detector: caseSpec.name,
    features: caseSpec.features.map(({ name }) => name),
    rowsNeeded: 64,
    grid: null,
    rowsLeast: 3,
    profile: () => ({
      own: true,
      trainedRows: 100_000,
      mean: Float64Array.of(0, 0),
      sd: Float64Array.of(1, 1),
      low: Float64Array.of(-100, -100),
      high: Float64Array.of(100, 1e6),
    }),
    score: (items) =>
      items.map(({ rows, count }) => {
        let trace = count;
        for (const value of rows) trace = trace * 0.9 + (Number.isNaN(value) ? 0.5 : value);
        const busy = rows[(count - 1) * 2] ?? 0;
        const logError = (Number.isNaN(busy) ? 0 : busy) + trace * 1e-6;
        return {
          logError,
          newestRowRatio: logError,
          contributions: Float64Array.of(0.75, 0.25),
          expected: Float64Array.of(0.5, 0.5),
          residuals: Float64Array.of(logError ** 2, 0),
        };
      }),
    nets: () => new Map(),
    dispose: () => undefined,
  };
}

const holdOut = Array.from(
  { length: 9000 },
  (_, index) => Math.abs(Math.sin(index * 12.9898) * 43758.5453) % 1,
);
export const calibrations = initialCalibrations(
  [{ entity: 'elsewhere', cohort: 'web', steps: holdOut.map((_, index) => index), raw: holdOut }],
  { stepMs: STEP_MS, timezone: 'UTC' },
);

/** A fresh or restored pipeline of the case's detector; its thresholds and budget refit every 100 s. */
export function pipeline(restored: RestoredState = NOTHING): PipelineState {
  return createState({
    detectors: [caseSpec],
    restored,
    models: ['v1', 'v2'].map((version) => ({ model: tracingModel(version), calibrations })),
    nextRefitMs: (_, afterMs) => (Math.floor(afterMs / 100_000) + 1) * 100_000,
    maxAlertAgeMs: 3_600_000,
  });
}

export const partitionId = (partition: number): PartitionId => ({
  source: 'node',
  topic: 'metrics',
  partition,
});

/** The partitions from 0 on are read. */
export function assignments(partitions: number): PipelineInput[] {
  return Array.from({ length: partitions }, (_, index) => ({
    kind: 'assigned',
    partition: partitionId(index),
    nextOffset: 0,
  }));
}

/** In the middle of what a host shows, as of a later refit. */
const excludedStretch = {
  detector: caseSpec.name,
  entity: 'host-0',
  fromStep: Math.floor(START_MS / STEP_MS) + 12,
  toStep: Math.floor(START_MS / STEP_MS) + 22,
  effectiveStep: Math.floor(START_MS / STEP_MS) + 30,
  alerts: 1,
};

/** How a pipeline begins: its partitions, an excluded stretch, a model from the start and another from `secondStep` on. */
export function beginning(partitions: number, secondStep: number): PipelineInput[] {
  return [
    ...assignments(partitions),
    { ...excludedStretch, kind: 'exclude' },
    { kind: 'model', model: tracingModel('v1'), calibrations, effectiveStep: 0 },
    { kind: 'model', model: tracingModel('v2'), calibrations, effectiveStep: secondStep },
  ];
}

function slice(partition: number, records: readonly DecodedRecord[]): PipelineInput {
  const first = records[0]?.offset ?? 0;
  const nextOffset = (records.at(-1)?.offset ?? first - 1) + 1;
  return {
    kind: 'records',
    slice: { ...partitionId(partition), firstOffset: first, nextOffset, records, deadLetters: [] },
  };
}

/** The records from the given offsets on, their partitions interleaved at random but aligned as a reader does. */
export function interleave(
  { partitions }: Pick<StreamCase, 'partitions'>,
  random: () => number,
  from: readonly number[] = partitions.map(() => 0),
): PipelineInput[] {
  const next = [...from];
  const inputs: PipelineInput[] = [];
  const head = (index: number): DecodedRecord | undefined => partitions[index]?.[next[index] ?? 0];
  for (;;) {
    const waiting = partitions.map((_, index) => index).filter((index) => head(index) !== undefined);
    if (waiting.length === 0) return inputs;
    const slowestMs = Math.min(...waiting.map((index) => head(index)?.timeMs ?? Infinity));
    const allowed = waiting.filter((index) => (head(index)?.timeMs ?? 0) < slowestMs + SKEW_MS);
    const index = allowed[Math.floor(random() * allowed.length)] ?? 0;
    const records: DecodedRecord[] = [];
    for (let size = 1 + Math.floor(random() * 4); size > 0; size--) {
      const record = head(index);
      if (record === undefined || record.timeMs >= slowestMs + SKEW_MS) break;
      records.push(record);
      next[index] = (next[index] ?? 0) + 1;
    }
    inputs.push(slice(index, records));
  }
}

/** Cuts inputs into batches of random size. */
export function cut(
  inputs: readonly PipelineInput[],
  random: () => number,
  largest: number,
): PipelineInput[][] {
  const batches: PipelineInput[][] = [];
  for (let at = 0; at < inputs.length;) {
    const size = 1 + Math.floor(random() * largest);
    batches.push(inputs.slice(at, at + size));
    at += size;
  }
  return batches;
}

/** What the world saw, to the bit and by entity, as text that can be compared. */
export function seen(effects: Effects): Record<string, unknown> {
  const byEntity = new Map<string, string[]>();
  const note = (entity: string, what: unknown): void => {
    const notes = byEntity.get(entity) ?? [];
    notes.push(exact(what));
    byEntity.set(entity, notes);
  };
  for (const one of effects.steps) note(`${one.vector.entity} steps`, one);
  for (const one of effects.transitions) note(`${one.alert.entity} transitions`, one);
  for (const one of effects.notifications) note(`${one.alert.entity} notifications`, one);
  const deadLetters = effects.deadLetters.map(exact).sort();
  const budget = effects.budgetRefits.map(exact);
  return { ...Object.fromEntries([...byEntity].sort(([a], [b]) => (a < b ? -1 : 1))), budget, deadLetters };
}

/** Counts of samples by result, over all sources. */
export function counted(effects: Effects): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { samples } of effects.counts) {
    for (const [result, count] of Object.entries(samples)) sums[result] = (sums[result] ?? 0) + count;
  }
  return Object.fromEntries(Object.entries(sums).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** JSON in which numbers keep NaN, the sign of zero and every bit. */
function exact(what: unknown): string {
  return JSON.stringify(what, (_, value: unknown) => {
    if (value instanceof Float64Array) return Array.from(value, String);
    return typeof value === 'number' ? String(Object.is(value, -0) ? '-0' : value) : value;
  });
}
