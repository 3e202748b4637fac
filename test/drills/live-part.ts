import type { TestRecord } from '../support/kafka.ts';
import { fleetRecords, type Fault } from './drill-fleet.ts';
import { LIVE_FROM_STEP, SHARED_FLEET } from './trained-store.ts';

/** What follows the shared store's history, so many steps of it, with rough records among the good ones. */
export function livePart(steps: number, faults: readonly Fault[]): TestRecord[] {
  return fleetRecords({
    seed: SHARED_FLEET.seed + 1,
    entities: SHARED_FLEET.entities,
    fromStep: LIVE_FROM_STEP,
    untilStep: LIVE_FROM_STEP + steps,
    faults,
    rough: true,
  });
}

/** A fault of some minutes, long enough to fire; `atStep` counts from the live part's first step. */
export function liveFault(entity: string, atStep: number, metric: Fault['metric']): Fault {
  return { entity, fromStep: LIVE_FROM_STEP + atStep, steps: 9, metric, size: 1.5 };
}
