import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DetectorSpec } from '../../src/core/detector.ts';
import type { Checkpoint, EntityRow } from '../../src/pipeline/checkpoint.ts';
import type { Alert, AlertTransition, Effects, StepRecord } from '../../src/pipeline/effects.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { StoreSettings } from '../../src/store/store-settings.ts';
import type { StoreWriter } from '../../src/store/store-writer.ts';
import { testDetector } from '../support/detector-spec.ts';
import { testMark } from '../support/partition-mark.ts';

export function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'strayd-store-'));
}

export function openWriter(directory: string, settings: Partial<StoreSettings> = {}): StoreWriter {
  return openStore(directory, { mode: 'write', pid: process.pid, random: () => 0.3, settings });
}

export function detectorSpec(overrides: Partial<DetectorSpec> = {}): DetectorSpec {
  return {
    ...testDetector({
      features: ['cpu', 'disk'].map((name) => ({
        name,
        metric: `node_${name}`,
        where: [],
        as: 'gauge',
        aggregate: 'mean',
        unit: '',
      })),
      training: { spanMs: 1, quarantineMs: 1, fineTune: true, minSteps: 1 },
      alert: { minChange: { relative: 0.1, absolute: 0 } },
    }),
    ...overrides,
  };
}

/** Odd numbers on purpose: NaN, -0, denormals and full mantissas have to come back to the bit. */
function valuesAt(entity: string, step: number, count: number): Float64Array {
  const seed = entity.length * 7.13 + step * 0.37;
  return Float64Array.from({ length: count }, (_, index) => {
    if ((step + index) % 17 === 0) return Number.NaN;
    if ((step + index) % 19 === 0) return -0;
    if ((step + index) % 23 === 0) return 5e-324;
    return Math.sin(seed + index) * 1e3;
  });
}

export function stepRecord(
  entity: string,
  step: number,
  options: { detector?: string; count?: number } = {},
): StepRecord {
  const detector = options.detector ?? 'hosts';
  const values = valuesAt(entity, step, options.count ?? 2);
  return {
    vector: { detector, entity, step, values, filled: step % 5 === 0 },
    scored:
      step % 7 === 0
        ? null
        : {
            detector,
            entity,
            step,
            modelVersion: 'v1',
            raw: Math.cos(step) / 3,
            score: Math.abs(Math.sin(step)),
            scoreWithoutGuards: 0,
            over: step % 11 === 0,
            rowUnusual: false,
            alertable: step % 5 === 0,
            provisional: false,
          },
    // A level was accepted now and then: its id.
    ...(step % 13 === 0 && step % 7 !== 0 && { normal: (step / 13) % 40 }),
  };
}

export function entityRow(entity: string, lastClosedStep: number, detector = 'hosts'): EntityRow {
  return {
    detector,
    entity,
    labels: { instance: entity },
    cohort: entity.slice(0, 2),
    lastClosedStep,
    clockMs: (lastClosedStep + 1) * 15_000,
    partitions: ['metrics/0'],
    state: Uint8Array.of(lastClosedStep & 255, 1, 2),
  };
}

export function alertOf(entity: string, overrides: Partial<Alert> = {}): Alert {
  return {
    id: `alert-${entity}`,
    detector: 'hosts',
    entity,
    labels: { instance: entity },
    kind: 'anomaly',
    severity: 'warning',
    state: 'pending',
    provisional: false,
    firstStepOver: 100,
    firedStep: null,
    lastStepOver: 100,
    resolvedStep: null,
    resolution: null,
    notified: false,
    peakScore: 2.5,
    peakStep: 100,
    contributions: [{ feature: 'cpu', unit: '', ratio: 0.9, seen: -0, expected: Number.NaN, range: null }],
    modelVersion: 'v1',
    recent: [1, null, -0],
    ...overrides,
  };
}

export function transition(
  alert: Alert,
  from: AlertTransition['from'],
  to: AlertTransition['to'],
  step: number,
): AlertTransition {
  return { alert, from, to, step };
}

export function checkpointOf(
  parts: Partial<Omit<Checkpoint, 'effects'>> & { effects?: Partial<Effects> },
): Checkpoint {
  return {
    marks: [],
    entities: [],
    calibrations: [],
    forgotten: [],
    ...parts,
    effects: {
      steps: [],
      transitions: [],
      notifications: [],
      incidents: [],
      incidentNotifications: [],
      activations: [],
      budgetRefits: [],
      exclusions: [],
      windows: [],
      acceptances: [],
      deadLetters: [],
      counts: [],
      ...parts.effects,
    },
  };
}

/** A checkpoint that closes the steps [from, to) of each entity. */
export function stepsCheckpoint(entities: readonly string[], from: number, to: number): Checkpoint {
  const steps: StepRecord[] = [];
  for (let step = from; step < to; step++) {
    for (const entity of entities) steps.push(stepRecord(entity, step));
  }
  return checkpointOf({
    effects: { steps },
    entities: entities.map((entity) => entityRow(entity, to - 1)),
    marks: [
      testMark(
        { source: 'node', topic: 'metrics', partition: 0 },
        { lowOffset: from * 2, nextOffset: to * 2, watermarkMs: to * 15_000 },
      ),
    ],
  });
}
