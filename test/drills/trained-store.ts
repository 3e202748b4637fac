import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTopic, produce, sharedKafka, uniqueName } from '../support/kafka.ts';
import { startStrayd } from '../support/strayd-process.ts';
import { waitFor } from '../support/wait-for.ts';
import { drillConfig } from './drill-config.ts';
import { fleetRecords, PARTITIONS, STEP_MS, type FleetPlan } from './drill-fleet.ts';
import { recordsDone } from './store-evidence.ts';

/** The history ends here: two hours before the thresholds are refit, so that a live part crosses that. */
export const LIVE_FROM_STEP = Date.parse('2026-03-03T02:00:00Z') / STEP_MS;
const HISTORY_STEPS = 48 * 60;

/** A daemon has read the history of a fleet, trained, and stopped. */
export interface TrainedStore {
  readonly brokers: readonly string[];
  /** Holds the whole history. */
  readonly topic: string;
  readonly groupId: string;
  /** Where the history's records of each partition end. */
  readonly records: number;
  /** A folder of its own with a copy of the store. */
  copy(name: string): string;
  /** Deletes all of these folders. */
  remove(): void;
}

/** Trains from scratch: some seconds. */
export async function trainedStore(
  plan: Pick<FleetPlan, 'seed' | 'entities' | 'partitionOf'>,
  partitions = PARTITIONS,
): Promise<TrainedStore> {
  const root = mkdtempSync(join(tmpdir(), 'strayd-drill-'));
  const { brokers } = await sharedKafka();
  const topic = await createTopic(brokers, partitions);
  const groupId = uniqueName('drill');
  const fromStep = LIVE_FROM_STEP - HISTORY_STEPS;
  const history = fleetRecords({ ...plan, fromStep, untilStep: LIVE_FROM_STEP });
  await produce(brokers, topic, history);
  const folder = mkdtempSync(join(root, 'trained-'));
  const config = drillConfig({ brokers, groupId, topics: [topic], folder });
  const strayd = await startStrayd(folder, config);
  try {
    await waitFor('the first model', async () => (await strayd.metrics()).includes('strayd_model_info{'), {
      timeoutMs: 120_000,
    });
    await waitFor('the whole history', () => recordsDone(folder, topic) === history.length);
  } catch (error) {
    throw new Error(`no trained store; the log:\n${strayd.log()}`, { cause: error });
  } finally {
    await strayd.stop();
  }
  return {
    brokers,
    topic,
    groupId,
    records: history.length,
    copy: (name) => {
      const target = mkdtempSync(join(root, `${name}-`));
      cpSync(join(folder, 'data'), join(target, 'data'), { recursive: true });
      return target;
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
