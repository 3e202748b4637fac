import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTopic, produce, sharedKafka, uniqueName } from '../support/kafka.ts';
import { madeOnce } from '../support/made-once.ts';
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
  /** A folder of its own with a copy of the store. */
  copy(name: string): string;
  /** Deletes all of these folders. */
  remove(): void;
}

/** The fleet of the drills that begin with the same store. */
export const SHARED_FLEET = { seed: 11, entities: ['db-1', 'web-1', 'cache-1'] };

/** A store of {@link SHARED_FLEET}, trained once a run, for all drills together. */
export async function sharedStore(): Promise<TrainedStore> {
  return withCopies(await madeOnce('trained store', (root) => train(root, SHARED_FLEET, PARTITIONS)));
}

/** Trains from scratch: some seconds. */
export async function trainedStore(
  plan: Pick<FleetPlan, 'seed' | 'entities' | 'partitionOf'>,
  partitions: number,
): Promise<TrainedStore> {
  const root = mkdtempSync(join(tmpdir(), 'strayd-trained-'));
  return withCopies(await train(root, plan, partitions), () =>
    rmSync(root, { recursive: true, force: true }),
  );
}

/** A trained store that is not to be written to any more. */
interface Training {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly folder: string;
}

async function train(
  root: string,
  plan: Pick<FleetPlan, 'seed' | 'entities' | 'partitionOf'>,
  partitions: number,
): Promise<Training> {
  const { brokers } = await sharedKafka();
  const topic = await createTopic(brokers, partitions);
  const fromStep = LIVE_FROM_STEP - HISTORY_STEPS;
  const history = fleetRecords({ ...plan, fromStep, untilStep: LIVE_FROM_STEP });
  await produce(brokers, topic, history);
  const folder = mkdtempSync(join(root, 'trained-'));
  const config = drillConfig({ brokers, groupId: uniqueName('drill'), topics: [topic], folder });
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
  return { brokers, topic, folder };
}

function withCopies(
  { brokers, topic, folder }: Training,
  removeOriginal: () => void = () => undefined,
): TrainedStore {
  const root = mkdtempSync(join(tmpdir(), 'strayd-drill-'));
  return {
    brokers,
    topic,
    copy: (name) => {
      const target = mkdtempSync(join(root, `${name}-`));
      cpSync(join(folder, 'data'), join(target, 'data'), { recursive: true });
      return target;
    },
    remove: () => {
      rmSync(root, { recursive: true, force: true });
      removeOriginal();
    },
  };
}
