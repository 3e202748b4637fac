import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/load.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { StoreWriter } from '../../src/store/store-writer.ts';
import { checkpointOf, entityRow } from '../store/sample-checkpoints.ts';

/** A configuration of one detector with a linear model of two features; nobody listens at its address. */
export const trainingConfig = {
  sources: [{ name: 'node', topics: ['metrics'], format: 'prometheus_json' }],
  detectors: [
    {
      name: 'hosts',
      entity: ['instance'],
      features: ['load', 'requests'].map((name) => ({ name, metric: name })),
      model: { type: 'linear' },
      training: { min_steps: 200 },
    },
  ],
  server: { listen: '127.0.0.1:9' },
};

/** A folder with a configuration and a store, and how to open that. */
export interface HistoryStore {
  readonly cwd: string;
  readonly open: () => StoreWriter;
}

/** A store in a folder of its own, in `folder`, as `strayd run` leaves it after 600 steps of one host. */
export function withHistory(folder: string): HistoryStore {
  const cwd = mkdtempSync(join(folder, 'history-'));
  writeFileSync(join(cwd, 'strayd.yaml'), JSON.stringify(trainingConfig));
  const { detectors, store } = loadConfig(join(cwd, 'strayd.yaml'), {}, (file) =>
    readFileSync(file, 'utf8'),
  ).config;
  const open = (): StoreWriter =>
    openStore(store.path, { mode: 'write', pid: process.pid, random: () => 0.5 });
  const writer = open();
  writer.declareDetectors(detectors);
  const steps = Array.from({ length: 600 }, (_, index) => {
    const load = Math.sin(index / 40) + 0.1 * Math.sin(index * 1.7);
    const values = Float64Array.of(load, 100 * load + Math.cos(index * 2.3));
    return {
      vector: { detector: 'hosts', entity: 'db-3', step: 7_000_000 + index, values, filled: false },
      scored: null,
    };
  });
  const entities = [{ ...entityRow('db-3', 7_000_599), cohort: '' }];
  writer.applyCheckpoint(checkpointOf({ effects: { steps }, entities }), { outbox: [] });
  writer.close();
  return { cwd, open };
}
