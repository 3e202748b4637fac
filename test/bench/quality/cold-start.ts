import type { LabelledEntity } from './labelled-entity.ts';
import { labelledFromMs } from './labelled-entity.ts';

const OWN_SHARE = 0.02;

/** The entity with the newest 2 % of its history only. */
export function coldStarted(entity: LabelledEntity): LabelledEntity {
  const { trainRows, startMs, stepMs, values, labels, features } = entity;
  const kept = Math.ceil(OWN_SHARE * trainRows);
  const dropped = trainRows - kept;
  return {
    ...entity,
    startMs: startMs + dropped * stepMs,
    trainRows: kept,
    values: values.subarray(dropped * features.length),
    labels: labels.subarray(dropped),
  };
}

/** The entity's history alone, to be a newcomer's cohort: it ends where the labelled part begins. */
export function historyOf(entity: LabelledEntity): LabelledEntity {
  const { trainRows, values, labels, features } = entity;
  return {
    ...entity,
    values: values.subarray(0, trainRows * features.length),
    labels: labels.subarray(0, trainRows),
  };
}

/** Whether one could be the other's cohort: the labelled parts begin together. */
export function isFellow(entity: LabelledEntity, other: LabelledEntity): boolean {
  return other !== entity && other.group === entity.group && labelledFromMs(other) === labelledFromMs(entity);
}
