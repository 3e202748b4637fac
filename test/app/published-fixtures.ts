import type { Published, PublishedPartition, PublishedScore } from '../../src/app/messages.ts';
import type { Alert, AlertTransition } from '../../src/pipeline/effects.ts';

/** A checkpoint's message of which only some parts matter. */
export function publishedWith(parts: Partial<Published>): Published {
  return {
    sequence: 1,
    scores: [],
    allScores: {},
    transitions: [],
    notifications: [],
    incidents: [],
    told: [],
    heldBack: 0,
    samples: [],
    deadLetters: [],
    partitions: [],
    detectors: [],
    storeBytes: 0,
    waitingBytes: 0,
    forgotten: [],
    loopDelaySeconds: 0,
    ...parts,
  };
}

/** Score of an entity of the detector `hosts`. */
export function scoreOf(entity: string, score: number, stepEndMs = 0): PublishedScore {
  return { detector: 'hosts', entity, score, stepEndMs };
}

/** A partition of topic `metrics` of source `node`. */
export function partitionOf(partition: number, change: Partial<PublishedPartition> = {}): PublishedPartition {
  return {
    source: 'node',
    topic: 'metrics',
    partition,
    lagRecords: 0,
    watermarkMs: 0,
    idle: false,
    ...change,
  };
}

/** An alert's change from one state to another. */
export function transitionOf(
  alert: Alert,
  from: AlertTransition['from'],
  to: AlertTransition['to'],
): AlertTransition {
  return { alert, from, to, step: alert.firstStepOver };
}
