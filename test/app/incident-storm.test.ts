import { beforeAll, describe, expect, it } from 'vitest';
import { alertFacts } from '../../src/app/alert-facts.ts';
import { trainNow } from '../../src/app/backtest-training.ts';
import type { DetectorSpec } from '../../src/core/detector.ts';
import { createRandom, deriveSeed } from '../../src/core/random.ts';
import type { DecodedRecord } from '../../src/core/records.ts';
import { outboxRows } from '../../src/delivery/outbox-rows.ts';
import { loadModel, unpackModelFile } from '../../src/model/model-file.ts';
import type { Incident } from '../../src/pipeline/alerts/incident.ts';
import { createState, type RestoredModel } from '../../src/pipeline/create-state.ts';
import type { ClosedVector, Effects } from '../../src/pipeline/effects.ts';
import type { PipelineInput } from '../../src/pipeline/inputs.ts';
import { joinEffects } from '../../src/pipeline/join-effects.ts';
import type { PipelineState } from '../../src/pipeline/pipeline-state.ts';
import { decodeCalibrations } from '../../src/pipeline/scoring/calibration-section.ts';
import { step } from '../../src/pipeline/step.ts';
import { resumeOffset, takeCheckpoint } from '../../src/pipeline/take-checkpoint.ts';
import { assignments, cut, NOTHING, partitionId } from '../pipeline/drive.ts';
import { MemoryStore } from '../pipeline/memory-store.ts';
import { fakeSpec } from '../pipeline/scoring/fake-scoring-model.ts';
import { mulberry } from '../pipeline/seeded.ts';

const STEP_MS = 15_000;
/** Sorted by name, as a detector's are. */
const FEATURES = ['latency', 'load', 'requests'];
const ENTITIES = 500;
const PARTITIONS = 4;
/** Entities that the model has learned from; the others share its basis, as in a big fleet. */
const TRAINED = 40;
const TRAINED_STEPS = 1200;
const FIRST_STEP = 100_000;
const SHIFT = { from: FIRST_STEP + 40, until: FIRST_STEP + 60 };
const LAST_STEP = FIRST_STEP + 130;

const spec: DetectorSpec = fakeSpec({
  features: FEATURES.map((name) => ({
    name,
    metric: name,
    where: [],
    as: 'gauge' as const,
    aggregate: 'mean' as const,
    unit: '',
  })),
  stepMs: STEP_MS,
  windows: [4, 16],
  allowedLatenessMs: 30_000,
  absentAfterMs: 75_000,
  model: { ...fakeSpec().model, type: 'linear' },
  alert: { ...fakeSpec().alert, confirm: { steps: 3, of: 5 } },
});

/** What an entity shows at a step: requests, the load that they make and the latency of that, each with noise. */
function valuesOf(entity: string, at: number): readonly number[] {
  const random = createRandom(deriveSeed(entity, at));
  const phase = deriveSeed(entity) % 40;
  const requests = 100 + 20 * Math.sin((at + phase) / 6) + 4 * random.normal();
  const load = requests / 50 + 0.1 * random.normal();
  const isShifted = at >= SHIFT.from && at < SHIFT.until;
  return [0.2 + load / 20 + 0.01 * random.normal() + (isShifted ? 0.4 : 0), load, requests];
}

const nameOf = (index: number): string => `host-${String(index).padStart(3, '0')}`;

function recordAt(index: number, at: number): DecodedRecord {
  const entity = nameOf(index);
  // Scrapes are spread over the interval.
  const timeMs = at * STEP_MS + Math.floor((index * STEP_MS) / ENTITIES);
  const samples = FEATURES.map((metric, feature) => ({
    metric,
    labels: { instance: entity },
    timeMs,
    value: valuesOf(entity, at)[feature] ?? 0,
  }));
  return {
    offset: (at - FIRST_STEP) * (ENTITIES / PARTITIONS) + Math.floor(index / PARTITIONS),
    timeMs,
    samples,
  };
}

/** The records from the given offsets on: all partitions take their turns in the order of time. */
function inputsFrom(offsets: readonly number[]): PipelineInput[] {
  const inputs: PipelineInput[] = [];
  for (let at = FIRST_STEP; at < LAST_STEP; at++) {
    for (let quarter = 0; quarter < 5; quarter++) {
      for (let partition = 0; partition < PARTITIONS; partition++) {
        const records: DecodedRecord[] = [];
        for (let index = quarter * 100 + partition; index < quarter * 100 + 100; index += PARTITIONS) {
          const record = recordAt(index, at);
          if (record.offset >= (offsets[partition] ?? 0)) records.push(record);
        }
        const [first] = records;
        if (first === undefined) continue;
        const nextOffset = (records.at(-1)?.offset ?? 0) + 1;
        const slice = {
          ...partitionId(partition),
          firstOffset: first.offset,
          nextOffset,
          records,
          deadLetters: [],
        };
        inputs.push({ kind: 'records', slice });
      }
    }
  }
  return inputs;
}

let model: RestoredModel;

function pipeline(restored = NOTHING): PipelineState {
  return createState({
    detectors: [spec],
    restored,
    models: [model],
    nextRefitMs: () => Infinity,
    maxAlertAgeMs: 3_600_000,
  });
}

const begin = (state: PipelineState): Effects =>
  step(state, [...assignments(PARTITIONS), { kind: 'model', ...model, effectiveStep: 0 }]);

function newestOf(effects: Effects): Incident[] {
  return [...new Map(effects.incidents.map(({ incident }) => [incident.id, incident])).values()];
}

/** What a webhook, a chat and a pager would get of it. */
function keysOf(effects: Effects): string[] {
  const facts = { detectors: [spec], externalUrl: null, timezone: 'UTC' };
  const routes = [{ name: 'hook', type: 'webhook', template: null }] as const;
  return effects.incidentNotifications.flatMap((notification) =>
    outboxRows(notification, routes, {
      factsOf: (alert) => alertFacts(alert, STEP_MS, facts),
      nowMs: 0,
      templateFailed: () => undefined,
    }).map(({ idempotencyKey }) => idempotencyKey),
  );
}

describe('500 entities that shift at once', () => {
  let whole: Effects;

  beforeAll(async () => {
    const history: ClosedVector[] = [];
    for (let index = 0; index < TRAINED; index++) {
      for (let at = FIRST_STEP - TRAINED_STEPS; at < FIRST_STEP; at++) {
        const entity = nameOf(index * 12);
        const values = Float64Array.from(valuesOf(entity, at));
        history.push({ detector: spec.name, entity, step: at, values, filled: false });
      }
    }
    const outcome = await trainNow({ spec }, { history, seen: [], champion: null });
    if (outcome.kind !== 'promoted') throw new Error(outcome.detail);
    const { calibration } = unpackModelFile(outcome.file);
    model = {
      model: await loadModel(outcome.file, 'auto'),
      calibrations: decodeCalibrations(calibration),
    };
    const state = pipeline();
    whole = joinEffects([begin(state), step(state, inputsFrom([]))]);
  }, 240_000);

  it('are one incident and at most three messages', () => {
    const delivered = newestOf(whole).filter(({ deliver }) => deliver);
    const storm = delivered.filter(({ alerts }) => alerts > 1);
    console.log(
      'storm:',
      delivered.map(({ alerts, told }) => `${alerts} alerts, ${told} messages`).join('; '),
    );
    expect(storm).toHaveLength(1);
    expect(storm[0]?.alerts).toBeGreaterThanOrEqual(ENTITIES * 0.99);
    expect(storm[0]).toMatchObject({ state: 'resolved', firing: 0 });
    const mine = keysOf(whole).filter((key) => key.startsWith(storm[0]?.id ?? '?'));
    expect(mine.length).toBeGreaterThanOrEqual(2);
    expect(mine.length).toBeLessThanOrEqual(3);
  });

  it('are the same incidents and messages for any cut into batches', () => {
    const state = pipeline();
    const parts = [begin(state)];
    for (const batch of cut(inputsFrom([]), mulberry(5), 40)) parts.push(step(state, batch));
    const effects = joinEffects(parts);
    expect(effects.incidents).toEqual(whole.incidents);
    expect(effects.incidentNotifications).toEqual(whole.incidentNotifications);
  }, 240_000);

  it('are the same incidents and messages after a kill in the middle of it', () => {
    const store = new MemoryStore();
    const random = mulberry(7);
    let state = pipeline();
    store.apply(takeCheckpoint(state, begin(state)));
    let inputs = inputsFrom([]);
    const kills = [SHIFT.from + 4, SHIFT.from + 6, SHIFT.until + 8].map((at) => (at - FIRST_STEP) * 20);
    let done = 0;
    for (const kill of [...kills, Infinity]) {
      const until = Math.min(inputs.length, kill - done);
      for (const batch of cut(inputs.slice(0, until), random, 60)) {
        store.apply(
          takeCheckpoint(state, joinEffects(cut(batch, random, 9).map((part) => step(state, part)))),
        );
      }
      if (kill === Infinity) break;
      // What was not checkpointed is lost.
      step(state, inputs.slice(until, until + 11));
      const restored = store.restore();
      state = pipeline(restored);
      step(state, assignments(PARTITIONS));
      const offsets = restored.marks.map((mark) => resumeOffset(state, mark) ?? 0);
      const all = inputsFrom([]).length;
      inputs = inputsFrom(offsets);
      done = all - inputs.length;
    }
    const effects = store.effects;
    expect(effects.incidents).toEqual(whole.incidents);
    expect(effects.incidentNotifications).toEqual(whole.incidentNotifications);
  }, 240_000);
});
