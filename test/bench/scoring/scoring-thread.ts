import { parentPort, workerData } from 'node:worker_threads';
import { readModel, recordModel } from '../../../src/app/model-shelf.ts';
import type { TrainedModel } from '../../../src/app/messages.ts';
import type { RawBatch } from '../../../src/core/records.ts';
import { decodeBatch } from '../../../src/ingest/decode-batch.ts';
import { prometheusJson } from '../../../src/ingest/formats/prometheus-json.ts';
import { createState } from '../../../src/pipeline/create-state.ts';
import type { Effects } from '../../../src/pipeline/effects.ts';
import { historyRows } from '../../../src/pipeline/row-history.ts';
import { joinEffects } from '../../../src/pipeline/join-effects.ts';
import { step } from '../../../src/pipeline/step.ts';
import { takeCheckpoint } from '../../../src/pipeline/take-checkpoint.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { fleetBatch, fleetSpec } from './scoring-fleet.ts';
import type { ScoringFleet } from './scoring-fleet.ts';

/* The pipeline thread of the scoring bench: decodes, steps and writes checkpoints as the daemon's does, and says when. */

/** What the thread is asked to do, one after the other. */
export type ScoringCall =
  | { readonly kind: 'batch'; readonly batch: RawBatch; readonly sentMs: number }
  | { readonly kind: 'model'; readonly trained: TrainedModel }
  | { readonly kind: 'stop' };

/** Its answer: how long the batch took from being sent to being scored, and the versions that scored it. */
export interface ScoredBatch {
  readonly latencyMs: number;
  readonly scored: number;
  readonly versions: readonly string[];
}

const CHECKPOINT_MS = 1000;
const FILL_STEPS_A_CHECKPOINT = 50;
const LIMITS = {
  maxRecordBytes: 2 ** 20,
  maxUnpackedBytes: 1_000_000,
  maxLabels: 64,
  maxLabelLength: 1024,
  maxSamplesPerRecord: 10_000,
};

const port = parentPort;
if (port === null) throw new Error('scoring-thread runs as a worker thread of the scoring bench');
const { fleet, directory } = workerData as { readonly fleet: ScoringFleet; readonly directory: string };
const spec = fleetSpec(fleet);
const format = prometheusJson();
const store = openStore(directory, { mode: 'write', pid: process.pid, random: Math.random });
const state = createState({
  detectors: [spec],
  restored: store.readRestoredState([spec], historyRows(spec)),
  models: [],
  nextRefitMs: () => Infinity,
  maxAlertAgeMs: Infinity,
});
let pending: Effects[] = [];
let writtenMs = performance.now();

for (let index = 0; index < fleet.historySteps; index++) {
  take(fleetBatch(fleet, index));
  if (index % FILL_STEPS_A_CHECKPOINT === 0) write();
}
write();
port.on('message', (call: ScoringCall) => void answer(call).then((value) => port.postMessage(value)));
port.postMessage(null);

async function answer(call: ScoringCall): Promise<ScoredBatch | null> {
  switch (call.kind) {
    case 'batch':
      return measure(call);
    case 'model': {
      recordModel(store, call.trained, { nowMs: Date.now(), keep: 1 });
      const loaded = await readModel(call.trained.path, spec);
      pending.push(step(state, [{ kind: 'model', ...loaded, effectiveStep: null }]));
      write();
      return null;
    }
    case 'stop':
      write();
      store.close();
      return null;
  }
}

function measure({ batch, sentMs }: Extract<ScoringCall, { readonly kind: 'batch' }>): ScoredBatch {
  const effects = take(batch);
  const latencyMs = performance.timeOrigin + performance.now() - sentMs;
  const scored = effects.steps.flatMap((record) => record.scored ?? []);
  if (performance.now() - writtenMs >= CHECKPOINT_MS) write();
  const versions = [...new Set(scored.map(({ modelVersion }) => modelVersion))];
  return { latencyMs, scored: scored.length, versions };
}

function take(batch: RawBatch): Effects {
  const effects = step(state, [{ kind: 'records', slice: decodeBatch(batch, format, LIMITS) }]);
  pending.push(effects);
  return effects;
}

function write(): void {
  const checkpoint = takeCheckpoint(state, joinEffects(pending));
  pending = [];
  store.applyCheckpoint(checkpoint, { outbox: [] });
  writtenMs = performance.now();
}
