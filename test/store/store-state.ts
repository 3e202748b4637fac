import type { DetectorSpec } from '../../src/core/detector.ts';
import type { KeptStep } from '../../src/pipeline/checkpoint.ts';
import type { StoreWriter } from '../../src/store/store-writer.ts';

function bits(values: ArrayLike<number>): string {
  return Buffer.from(Float64Array.from(values).buffer).toString('hex');
}

/** A kept step with its numbers as bits, so that NaN equals NaN and 0 does not equal -0. */
export function exactStep({ step, values, filled, raw, score, over, alertable, normal }: KeptStep): string {
  return [step, bits(values), filled, bits([raw, score]), over, alertable, normal].join(' ');
}

/** All that a store knows, without where on the disk it lies. */
export function stateOf(store: StoreWriter, detectors: readonly DetectorSpec[], rowsNeeded = 64): unknown {
  const restored = store.readRestoredState(detectors, rowsNeeded);
  return {
    sequence: store.sequence,
    marks: restored.marks,
    activations: restored.activations,
    budgetRefits: restored.budgetRefits,
    exclusions: restored.exclusions,
    acceptances: restored.acceptances,
    entities: restored.entities.map((entity) => ({ ...entity, kept: entity.kept.map(exactStep) })),
    alerts: store.listAlerts(),
    transitions: detectors.map(({ name }) => store.listTransitions(name)),
    notifications: detectors.map(({ name }) => store.listNotifications(name, -Infinity)),
    outbox: store.pendingOutbox('hook', 1e6),
    deadLetters: store.deadLetters(1e6),
    training: detectors.map((detector) =>
      [...store.readTrainingSteps(detector, -Infinity, Infinity)].map(({ entity, segments }) => ({
        entity,
        segments: segments.map(({ firstStep, count, values, raw }) => [
          firstStep,
          count,
          bits(values),
          bits(raw),
        ]),
      })),
    ),
  };
}
