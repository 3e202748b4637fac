import { rmSync } from 'node:fs';
import type { PipelineConfig } from '../config/pipeline-config.ts';
import type { DetectorSpec } from '../core/detector.ts';
import { shadowName } from '../core/shadow-name.ts';
import { sampleFormat } from '../ingest/formats/format-registry.ts';
import type { RecordStream } from '../ingest/record-stream.ts';
import type { Checkpoint } from '../pipeline/checkpoint.ts';
import type { ModelActivation } from '../pipeline/effects.ts';
import type { PipelineState } from '../pipeline/pipeline-state.ts';
import { thresholdSummary } from '../pipeline/threshold-summary.ts';
import type { StoreWriter } from '../store/store-writer.ts';
import { compileTemplate } from './compile-template.ts';
import { configuredWindows } from './configured-windows.ts';
import { decodeLimits } from './decode-limits.ts';
import { excludeLabelled } from './exclude-labelled.ts';
import type { Beginning } from './history/beginnings.ts';
import { OutboxDesk } from './outbox-desk.ts';
import type { PipelineSurroundings, PipelineWorkerData } from './pipeline.ts';
import { lagKey, PipelineRunner } from './pipeline-runner.ts';
import { publishedOf } from './publish.ts';
import { planDetectors, type DetectorPlan } from './reload/detector-plan.ts';
import { noteOfRecords, readDetectorRecords } from './reload/detector-records.ts';
import { toldEffects } from './reload/told-effects.ts';
import { restoreState } from './restore-state.ts';
import { retireDeliveries } from './retire-deliveries.ts';
import type { Report } from './telemetry.ts';
import { templateNotices } from './template-notices.ts';
import { WarmUp } from './warm-up.ts';

/** The pipeline of one configuration, as its last checkpoint left it. */
export interface AssembledPipeline {
  readonly data: PipelineWorkerData;
  /** With the detectors that run, those that warm up among them, in the place of those that are configured. */
  readonly config: PipelineConfig;
  readonly plan: DetectorPlan;
  readonly state: PipelineState;
  readonly stream: RecordStream;
  readonly runner: PipelineRunner;
  readonly warmUp: WarmUp;
}

/** What a pipeline is assembled with. */
export interface AssemblyParts {
  readonly store: StoreWriter;
  readonly around: PipelineSurroundings;
  readonly report: Report;
  readonly beginnings: () => ReadonlyMap<string, Beginning>;
  /** The stream that a pipeline reads; the state says which partitions it has read before. */
  readonly streamFor: (config: PipelineConfig, state: PipelineState) => RecordStream;
  /** What ails that stream already. */
  readonly trouble?: string | null;
  /** There are new dead letters. */
  readonly hasLetters: () => void;
  /** Detectors that have to wait. */
  readonly isWaiting?: (spec: DetectorSpec) => boolean;
}

const STORE_BYTES_MS = 10_000;
const THRESHOLDS_MS = 10_000;
/** The reading has caught up when all assigned partitions together have no more than this left. */
const CAUGHT_UP_RECORDS = 100;

/** Restores the state for a configuration and makes the runner around it; nothing is read yet. */
export async function assemblePipeline(
  data: PipelineWorkerData,
  parts: AssemblyParts,
): Promise<AssembledPipeline> {
  const { store, around, report } = parts;
  const plan = settledPlan(data.config.detectors, store);
  const isRunning = (spec: DetectorSpec): boolean => parts.isWaiting?.(spec) !== true;
  const detectors = [...plan.serving, ...plan.shadows.map(({ spec }) => spec)].filter(isRunning);
  const config = { ...data.config, detectors };
  const warmUp = new WarmUp(detectors);
  const { state, orphans } = await restoreState(config, store, report);
  retireDeliveries(store, data.channels, report);
  for (const { spec, models } of state.detectors) if (models.length === 0) warmUp.restore(store, spec);

  const stream = parts.streamFor(config, state);
  const bytes = cachedFor(STORE_BYTES_MS, () => store.storeBytes());
  const thresholds = cachedFor(
    THRESHOLDS_MS,
    () => new Map(state.detectors.map((detector) => [detector.spec.name, thresholdSummary(detector)])),
    // One that is not known yet is looked for at once: a stream that ends would leave it unknown for good.
    (known) => [...known.values()].every((summary) => summary !== null),
  );
  const desk = new OutboxDesk({
    maxPerHour: config.maxNotificationsPerHour,
    store,
    report,
    routes: data.channels.map((channel) => ({ ...channel, template: compileTemplate(channel.template) })),
    facts: { detectors: config.detectors, externalUrl: data.externalUrl, timezone: data.timezone },
    templateFailed: templateNotices(report),
  });
  const runner = new PipelineRunner({
    state,
    store,
    stream,
    formats: new Map(config.sources.map((source) => [source.name, sampleFormat(source)])),
    decodeLimits: decodeLimits(config.limits),
    nowMs: Date.now,
    report,
    trouble: parts.trouble ?? null,
    beginnings: parts.beginnings,
    outbox: (effects) => desk.rowsFor(effects),
    isOutboxDue: () => desk.isDue(),
    onRecord: toldEffects,
    applied: (checkpoint, lag) => {
      // Labelled while it was open: now all its scores are known.
      for (const { alert, to } of checkpoint.effects.transitions) {
        if (to === 'resolved') excludeLabelled(alert.id, { store, detectors: config.detectors, runner });
      }
      for (const activation of checkpoint.effects.activations) tellRollback(activation, report);
      note(checkpoint, { state, warmUp, lag, send: around.send });
      const context = {
        state,
        warmUp,
        lag,
        sequence: store.sequence,
        storeBytes: bytes(),
        waitingBytes: stream.waitingBytes?.() ?? 0,
        thresholds: thresholds(),
        heldBack: desk.takeHeld(),
        loopDelaySeconds: around.loopDelaySeconds(),
      };
      around.send({ type: 'published', published: publishedOf(checkpoint, context) });
      if (checkpoint.effects.deadLetters.length > 0) parts.hasLetters();
    },
  });
  if (orphans !== null) runner.adopt(orphans);
  for (const change of configuredWindows(config.maintenance, store.quietWindows(), Date.now())) {
    runner.take({ kind: 'window', ...change });
  }
  return { data, config, plan, state, stream, runner, warmUp };
}

/** Which detectors run, put on record; what is given up is forgotten. */
function settledPlan(wanted: readonly DetectorSpec[], store: StoreWriter): DetectorPlan {
  const plan = planDetectors(wanted, readDetectorRecords(store), {
    hasModel: (name) => store.listModels(name).some(({ status }) => status === 'active'),
    newestMs: (spec) => store.newestMs(spec),
  });
  const [name, text] = noteOfRecords(plan.records);
  if (plan.dropped.length === 0 && store.note(name) === text) return plan;
  const dropped = plan.dropped.map(shadowName);
  for (const { path } of store.succeed({ dropped, succeeded: [] }, { name, text }))
    rmSync(path, { force: true });
  return plan;
}

function tellRollback({ detector, version, rollback }: ModelActivation, report: Report): void {
  if (rollback === undefined) return;
  const message = `Model ${rollback.from} of detector ${detector} is taken back, ${version} scores again: ${rollback.reason}`;
  const fields = { detector, version, from: rollback.from };
  report({ event: 'model_rolled_back', level: 'warn', message, fields });
}

interface Noting {
  readonly state: PipelineState;
  readonly warmUp: WarmUp;
  readonly lag: ReadonlyMap<string, number>;
  readonly send: PipelineSurroundings['send'];
}

/** Counts the history of detectors without a model and asks for their first training, once the reading has caught up. */
function note(checkpoint: Checkpoint, { state, warmUp, lag, send }: Noting): void {
  if (state.detectors.every(({ models }) => models.length > 0)) return;
  warmUp.add(checkpoint.effects.steps);
  for (const { detector, entity } of checkpoint.forgotten) warmUp.forget(detector, entity);
  if (recordsLeft(state, lag) > CAUGHT_UP_RECORDS) return;
  for (const { spec, models } of state.detectors) {
    if (models.length === 0 && warmUp.isDue(spec.name)) send({ type: 'training_due', detector: spec.name });
  }
}

/** A partition that was not heard of yet may have any number of records; an idle one has none. */
function recordsLeft(state: PipelineState, lag: ReadonlyMap<string, number>): number {
  return state.partitions
    .filter(({ assigned, idle }) => assigned && !idle)
    .reduce((sum, { id }) => sum + (lag.get(lagKey(id)) ?? Infinity), 0);
}

function cachedFor<T>(ms: number, read: () => T, isWhole: (value: T) => boolean = () => true): () => T {
  let value: T | null = null;
  let readAtMs = -Infinity;
  return () => {
    if (value === null || !isWhole(value) || Date.now() - readAtMs >= ms) {
      value = read();
      readAtMs = Date.now();
    }
    return value;
  };
}
