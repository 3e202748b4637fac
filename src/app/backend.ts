import { readFile } from 'node:fs/promises';
import { alertMessage, plainLines } from '../delivery/alert-message.ts';
import { MEMBERS_TOLD } from '../pipeline/alerts/incident.ts';
import type { WindowChange } from '../pipeline/effects.ts';
import type { OutboxRow } from '../core/outbox.ts';
import type { AlertView } from '../server/views/alert-view.ts';
import type { Backend } from '../server/backend.ts';
import type { DeliveryView } from '../server/views/delivery-view.ts';
import type { ModelView } from '../server/views/model-view.ts';
import type { NextDetectorView, StatusView } from '../server/views/status-view.ts';
import type { Outcome } from '../server/outcome.ts';
import type { ReloadView } from '../server/views/reload-view.ts';
import type { AlertRecord } from '../store/alert-repository.ts';
import type { StoreReader } from '../store/store-reader.ts';
import type { Config } from '../config/config.ts';
import { acceptanceOfAlert, acceptanceOutcome, deployAcceptances } from './acceptances.ts';
import { alertFacts, factsContext, type FactsContext } from './alert-facts.ts';
import { deadLetterViews } from './dead-letter-views.ts';
import { incidentView } from './incident-view.ts';
import type { Instruments } from './instruments.ts';
import { explainAt, stepsBetween } from './look-back.ts';
import type { LookBackModels } from './look-back-models.ts';
import { LookBackRefusal } from './look-back-refusal.ts';
import { ModelRefusal } from './model-refusal.ts';
import { modelView } from './model-view.ts';
import type { PipelineThread } from './pipeline-thread.ts';
import { quietBackend } from './quiet-backend.ts';
import type { Shadow } from './reload/detector-plan.ts';
import { rollbackTarget } from './rollback-target.ts';
import type { SelfTester } from './self-tester.ts';
import { testChannel } from './test-channel.ts';
import type { TrainingDesk } from './training-desk.ts';
import { Turns } from './turns.ts';
import { unknownSubject } from './unknown-subject.ts';

export interface BackendOptions {
  /** With the detectors that people are told of. */
  readonly config: Config;
  /** Detectors that warm up to take others' places. */
  readonly shadows?: readonly Shadow[];
  /** What became of the newest reload. */
  readonly lastReload?: () => ReloadView | null;
  readonly version: string;
  readonly store: StoreReader;
  readonly thread: PipelineThread;
  readonly desk: TrainingDesk;
  readonly tester: SelfTester;
  readonly instruments: Instruments;
  /** Freed by whoever made it, once nobody asks any more. */
  readonly lookBackModels: LookBackModels;
  /** There are deliveries to be sent. */
  readonly wakeDelivery: () => void;
}

/** What the HTTP side asks of the daemon, answered from the store, the vitals and the pipeline thread. */
export function createBackend(options: BackendOptions): Backend {
  const { config, store, thread, desk } = options;
  const { exposition, vitals } = options.instruments;
  const facts = factsContext(config);
  const lookBack = { store, detectors: config.detectors, models: options.lookBackModels };
  // Models are loaded and let go of by one at a time.
  const turns = new Turns();
  const keeper = {
    detectors: config.detectors,
    entities: (detector: string) =>
      config.detectors.filter(({ name }) => name === detector).flatMap((spec) => store.entityNames(spec)),
    windows: () => store.quietWindows(),
    change: (change: WindowChange) => thread.call({ kind: 'windows', changes: [change] }),
  };
  const quiet = quietBackend(keeper, Date.now);
  return {
    notAlive: () => vitals.notAlive(),
    notReady: () => vitals.notReady(),
    status: () => ({
      ...statusOf(options),
      quiet: quiet.windows(['mute', 'maintenance']).filter(({ active }) => active),
    }),
    alerts: (filter) => store.listAlerts(filter).map((record) => viewOf(record, facts)),
    unknownSubject: (filter) =>
      unknownSubject(filter, {
        detectors: config.detectors.map(({ name }) => name),
        entities: keeper.entities,
      }),
    alert: (id) => {
      const record = store.showAlert(id);
      return record === null ? null : viewOf(record, facts);
    },
    incidents: ({ limit, ...query }) =>
      store
        .listIncidents({ ...query, limit })
        .map((record) => incidentView(record, store.incidentAlerts(record.incident.id), MEMBERS_TOLD)),
    incident: (id) => {
      const record = store.showIncident(id);
      return record === null ? null : incidentView(record, store.incidentAlerts(id), Infinity);
    },
    label: async (id, label) => (await thread.call({ kind: 'label', id, label })) === true,
    explain: (query) => turns.take(() => lookedBack(explainAt(lookBack, query))),
    steps: (query) => turns.take(() => lookedBack(stepsBetween(lookBack, query))),
    accept: (id) =>
      acceptanceOutcome(async () => {
        const { accepted, view } = acceptanceOfAlert(id, { store, config });
        await thread.call({ kind: 'accept', accepted: [accepted] });
        return view;
      }),
    deployed: (event) =>
      acceptanceOutcome(async () => {
        const all = deployAcceptances(event, { store, config }, Date.now());
        await thread.call({ kind: 'accept', accepted: all.map(({ accepted }) => accepted) });
        return all.map(({ view }) => view);
      }),
    ...quiet,
    deliveries: ({ alert, ...query }) =>
      store.listOutbox({ ...query, alertId: incidentIdOf(store, alert) }).map(deliveryView),
    resend: async ({ alert, channel = null, dead = false }) => {
      const choice = { alertId: incidentIdOf(store, alert), channel, onlyDead: dead };
      const count = Number(await thread.call({ kind: 'resend', choice }));
      if (count > 0) options.wakeDelivery();
      return count;
    },
    hasChannel: (name) => config.channels.some((channel) => channel.name === name),
    testChannel: (name) => testChannel(config, name),
    models: (detector) =>
      config.detectors
        .filter(({ name }) => detector === null || name === detector)
        .flatMap(({ name, stepMs }) => store.listModels(name).map((model) => modelView(model, stepMs))),
    modelFile: async (version) => {
      const model = config.detectors
        .flatMap(({ name }) => store.listModels(name))
        .find((one) => one.version === version);
      return model === undefined ? null : readFile(model.path).catch(() => null);
    },
    rollBack: (detector, version) =>
      outcomeOf(() => {
        // Told apart here: an error of the thread comes back as its message alone.
        if (!config.detectors.some(({ name }) => name === detector)) {
          throw new ModelRefusal('unknown', `There is no detector ${JSON.stringify(detector)}.`);
        }
        rollbackTarget(detector, store.listModels(detector), version);
        return thread.call({ kind: 'roll_back', detector, version });
      }, options),
    importModel: (bytes) => outcomeOf(() => thread.call({ kind: 'import_model', bytes }), options),
    deadLetters: () => deadLetterViews(store),
    hasDetector: (name) => config.detectors.some((spec) => spec.name === name),
    cancelTraining: (name) => desk.cancel(name),
    train: (name) => (desk.request(name) ? 'started' : 'busy'),
    metrics: () => exposition.render(),
  };
}

/** The model that the pipeline thread names in the end, or why not. */
async function outcomeOf(
  call: () => Promise<unknown>,
  { config, store }: BackendOptions,
): Promise<Outcome<ModelView>> {
  try {
    const version = await call();
    for (const { name, stepMs } of config.detectors) {
      const model = store.listModels(name).find((one) => one.version === version);
      if (model !== undefined) return { kind: 'done', value: modelView(model, stepMs) };
    }
    throw new Error(`model ${String(version)} is not on record`);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { kind: error instanceof ModelRefusal ? error.kind : 'refused', detail };
  }
}

async function lookedBack<T>(work: Promise<T>): Promise<Outcome<T>> {
  try {
    return { kind: 'done', value: await work };
  } catch (error) {
    if (error instanceof LookBackRefusal) return { kind: error.kind, detail: error.message };
    throw error;
  }
}

/** Deliveries are an incident's: who names one of its alerts means those. */
function incidentIdOf(store: StoreReader, id: string | undefined): string | null {
  return id === undefined ? null : (store.showAlert(id)?.incidentId ?? id);
}

function deliveryView(row: OutboxRow): DeliveryView {
  const { alertId, channel, status, attempts, lastError, idempotencyKey, createdMs, deliveredMs } = row;
  return {
    incident: alertId,
    channel,
    status,
    attempts,
    lastError,
    idempotencyKey,
    since: new Date(createdMs).toISOString(),
    deliveredAt: deliveredMs === null ? null : new Date(deliveredMs).toISOString(),
  };
}

function viewOf(
  { alert, label, delivered, stepMs, startedMs, incidentId }: AlertRecord,
  context: FactsContext,
): AlertView {
  const message = alertMessage(alert, alertFacts(alert, stepMs, context));
  return {
    alert,
    label,
    incident: incidentId,
    deliver: delivered,
    text: [message.title, message.summary, ...plainLines(message)].join('\n'),
    since: new Date(startedMs).toISOString(),
  };
}

function nextOf({ shadows = [], instruments }: BackendOptions, name: string): NextDetectorView | null {
  const shadow = shadows.find(({ detector }) => detector === name);
  if (shadow === undefined) return null;
  const seen = instruments.vitals.detector(shadow.spec.name);
  return {
    since: Number.isFinite(shadow.sinceMs) ? new Date(shadow.sinceMs).toISOString() : null,
    warmupRatio: seen?.warmupRatio ?? 0,
    modelVersion: seen?.modelVersion ?? null,
  };
}

function statusOf(options: BackendOptions): Omit<StatusView, 'quiet'> {
  const { config, version, desk, tester, instruments, lastReload } = options;
  const { vitals, limits } = instruments;
  return {
    version,
    startedMs: vitals.startedMs,
    trouble: vitals.trouble(),
    limits: limits.views(),
    reload: lastReload?.() ?? null,
    detectors: config.detectors.map(({ name, mode }) => {
      const seen = vitals.detector(name);
      return {
        detector: name,
        mode,
        entities: seen?.entities ?? 0,
        openAlerts: seen?.openAlerts ?? 0,
        warmupRatio: seen?.warmupRatio ?? 0,
        bootstrap: vitals.bootstrap(name),
        modelVersion: seen?.modelVersion ?? null,
        training: desk.running === name ? 'running' : 'idle',
        next: nextOf(options, name),
        threshold: seen?.threshold ?? null,
        selfTest: tester.view(name),
      };
    }),
  };
}
