import type { FastifyInstance } from 'fastify';
import type { StepExplanation } from '../../../src/pipeline/explain/step-explanation.ts';
import type { AlertLabel, AlertView } from '../../../src/server/views/alert-view.ts';
import type { Backend } from '../../../src/server/backend.ts';
import type { DeliveryView } from '../../../src/server/views/delivery-view.ts';
import type { EntitySteps } from '../../../src/server/views/entity-steps.ts';
import type { LimitView } from '../../../src/server/views/limit-view.ts';
import type { ModelView } from '../../../src/server/views/model-view.ts';
import type { WindowView } from '../../../src/server/views/window-view.ts';
import { readConsoleFiles } from '../../../src/server/console-files.ts';
import type { DetectorDryRun } from '../../../src/server/views/dry-run-view.ts';
import type { DryRunAnswer } from '../../../src/server/dry-run.ts';
import type { LiveBackend } from '../../../src/server/live-backend.ts';
import type { LiveUpdate, ScoreTuple } from '../../../src/server/views/live-view.ts';
import { createServer } from '../../../src/server/server.ts';
import { firingAlert } from '../../delivery/alert-fixtures.ts';

/** A label value as an attacker would choose it: markup, a closing quote, and what ends an attribute or an address. */
export const HOSTILE = `"><img src=x onerror="globalThis.hacked=true">'&#?/%`;

const STEP_MS = 15_000;
const NEWEST_MS = Date.parse('2026-01-08T12:00:00Z');
const CONSOLE = new URL('../../../dist/server/console/', import.meta.url).pathname;

/** What the daemon of a test knows; may be changed while it runs. */
export interface FakeDaemon {
  readonly server: FastifyInstance;
  /** What was asked of it, in words. */
  readonly asked: string[];
  scores: ScoreTuple[];
  alerts: AlertView[];
  models: ModelView[];
  quiet: WindowView[];
  deliveries: DeliveryView[];
  limits: LimitView[];
  entities: number;
  /** Answers a dry run. */
  dryRun: (text: string) => Promise<DryRunAnswer>;
  tell(update: LiveUpdate): void;
}

/** The HTTP side with the built console on a daemon that one test steers. */
export function fakeDaemon(options: { readonly token?: string } = {}): FakeDaemon {
  const listeners = new Set<(update: LiveUpdate) => void>();
  const asked: string[] = [];
  const state = {
    asked,
    scores: [
      ['db-1', 0.2, NEWEST_MS],
      ['db-2', 1.7, NEWEST_MS],
      [HOSTILE, 0.9, NEWEST_MS],
    ] as ScoreTuple[],
    alerts: [alertView('firing-1', 'db-2', 'firing'), alertView('past-1', HOSTILE, 'resolved')],
    models: [modelView('aaaaaaaaaaaa', 'active'), modelView('bbbbbbbbbbbb', 'superseded')],
    quiet: [] as WindowView[],
    deliveries: [] as DeliveryView[],
    limits: [limitView(HOSTILE), limitView('node')],
    entities: 3,
    dryRun: async (_text: string): Promise<DryRunAnswer> => ({
      kind: 'done',
      value: { detectors: [dryRunOfHosts()] },
    }),
    tell: (update: LiveUpdate) => listeners.forEach((listener) => listener(update)),
  };
  const backend: Partial<Backend> = {
    unknownSubject: () => null,
    status: () => ({
      version: '0.1.0',
      startedMs: NEWEST_MS,
      trouble: [],
      limits: state.limits,
      quiet: state.quiet,
      detectors: [
        {
          detector: 'hosts',
          mode: 'observe',
          entities: state.entities,
          openAlerts: 1,
          bootstrap: null,
          warmupRatio: state.models.length > 0 ? 1 : 0.4,
          modelVersion: state.models[0]?.version ?? null,
          training: 'idle',
          threshold: null,
          selfTest: {
            testedMs: NEWEST_MS,
            version: 'aaaaaaaaaaaa',
            detail: null,
            faults: [
              { fault: 'spike', recall: 1, trainedRecall: 1, smallestSize: 2, fallen: false },
              {
                fault: 'broken_correlation',
                recall: 0.2,
                trainedRecall: 0.9,
                smallestSize: null,
                fallen: true,
              },
            ],
          },
        },
      ],
    }),
    alerts: ({ state: wanted, entity }) =>
      state.alerts.filter(
        ({ alert }) =>
          (wanted === undefined || alert.state === wanted) &&
          (entity === undefined || alert.entity === entity),
      ),
    alert: (id) => state.alerts.find(({ alert }) => alert.id === id) ?? null,
    label: async (id, label) => {
      asked.push(`label ${id} ${label}`);
      state.alerts = state.alerts.map((view) => (view.alert.id === id ? { ...view, label } : view));
      return true;
    },
    deliveries: ({ status }) =>
      state.deliveries.filter((one) => status === undefined || one.status === status),
    resend: async ({ alert = 'all given up' }) => {
      asked.push(`resend ${alert}`);
      state.deliveries = [];
      return 2;
    },
    mute: async ({ detector, entity = null, for: length, comment = '' }) => {
      asked.push(`mute ${entity ?? 'all'} of ${detector} for ${length}`);
      const mute = windowView('mute', { detector, entity, comment });
      state.quiet = [...state.quiet, mute];
      return { kind: 'done', value: mute };
    },
    maintain: async ({ match = '{}', start = '', end = '' }) => {
      asked.push(`maintain ${match} from ${start} to ${end}`);
      const maintenance = windowView('maintenance', { match, start, end });
      state.quiet = [...state.quiet, maintenance];
      return { kind: 'done', value: maintenance };
    },
    removeWindow: async (id, kind) => {
      asked.push(`remove ${kind} ${id}`);
      state.quiet = state.quiet.filter((one) => one.id !== id);
      return { kind: 'done', value: null };
    },
    deployed: async ({ entity = null, match = null, detector = 'hosts', time = 'now' }) => {
      asked.push(`deployed ${entity ?? match ?? ''} of ${detector} at ${time}`);
      const at = new Date(NEWEST_MS).toISOString();
      return { kind: 'done', value: [{ detector, entity, match, from: at, to: at }] };
    },
    accept: async (id) => {
      asked.push(`accept ${id}`);
      const at = new Date(NEWEST_MS).toISOString();
      return {
        kind: 'done',
        value: { detector: 'hosts', entity: 'db-2', match: null, from: at, to: at },
      };
    },
    models: () => state.models,
    rollBack: async (detector, version) => {
      asked.push(`roll back ${detector} to ${version ?? ''}`);
      state.models = state.models.map((model) => ({
        ...model,
        status: model.version === version ? 'active' : 'rolled_back',
      }));
      return { kind: 'done', value: state.models[1] ?? modelView('none', 'active') };
    },
    deadLetters: () => [
      {
        source: 'node',
        reason: 'not_json',
        count: 3,
        example: { topic: 'metrics', partition: 0, offset: 7, detail: 'no JSON', text: HOSTILE },
      },
    ],
    hasDetector: () => true,
    train: () => 'started',
    steps: async () => ({ kind: 'done', value: entitySteps() }),
    explain: async ({ at }) => ({ kind: 'done', value: explanation(at) }),
  };
  const live: LiveBackend = {
    outline: () => [
      {
        detector: 'hosts',
        stepMs: STEP_MS,
        features: [{ name: 'cpu', unit: 'cores' }],
        budget: '5 per week',
        budgetUsed: 0.4,
        newestMs: NEWEST_MS,
        lastScoredMs: NEWEST_MS,
        heldBack: 2,
      },
    ],
    scores: () => [{ detector: 'hosts', scores: state.scores }],
    sources: () => [
      {
        source: 'node',
        topics: ['metrics'],
        format: 'prometheus_json',
        watermarkLagMs: 4000,
        samples: { accepted: 12_345, late: 6 },
        samplesPerSecond: 205,
        deadLetters: { not_json: 3 },
        partitions: [{ topic: 'metrics', partition: 0, lagRecords: 12, watermarkMs: NEWEST_MS, idle: false }],
      },
    ],
    trainingRuns: () => [
      {
        detector: 'hosts',
        started: '2026-01-08T03:00:00Z',
        ended: '2026-01-08T03:02:00Z',
        outcome: 'promoted',
        detail: `Better. ${HOSTILE}`,
      },
    ],
    configuration: () => `store:\n  path: ${HOSTILE}\n`,
    watch: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const server = createServer({
    backend: backend as Backend,
    token: options.token ?? null,
    live,
    dryRun: {
      text: `detectors:\n  - name: hosts\n    # ${HOSTILE}\n    alert:\n      budget: 5 per week\n`,
      run: async (text, signal) => {
        asked.push(`dry run of ${text.length} characters`);
        signal.addEventListener('abort', () => asked.push('dry run ended'));
        return await state.dryRun(text);
      },
    },
    console: readConsoleFiles(CONSOLE),
  });
  return Object.assign(state, { server });
}

function limitView(source: string): LimitView {
  return {
    source,
    limit: 'entities',
    key: 'limits.entities_per_detector',
    count: 12_000,
    since: '2026-01-08T11:20:00Z',
    last: '2026-01-08T11:59:58Z',
    text: 'A detector watches as many entities as it may; samples of more are left out. Narrow its select, or raise limits.entities_per_detector.',
  };
}

function alertView(id: string, entity: string, state: 'firing' | 'resolved'): AlertView {
  const alert = firingAlert(NEWEST_MS - 20 * STEP_MS, { id, detector: 'hosts', entity, state });
  const label: AlertLabel | null = null;
  const text = [
    `${entity}: cpu 6 cores, expected about 3 cores`,
    'It strayed.',
    'score 1.7 at its peak',
  ].join('\n');
  return {
    alert,
    label,
    incident: null,
    text,
    since: new Date(NEWEST_MS - 20 * STEP_MS).toISOString(),
    deliver: true,
  };
}

function dryRunOfHosts(): DetectorDryRun {
  const alert = { entity: 'db-2', kind: 'anomaly', fromMs: NEWEST_MS - 900_000, toMs: NEWEST_MS, score: 1.7 };
  return {
    detector: 'hosts',
    tried: ['alert.budget'],
    untried: [{ key: 'step', reason: 'only the vectors are kept' }],
    notPlayed: null,
    played: {
      fromMs: NEWEST_MS - 86_400_000,
      toMs: NEWEST_MS,
      entities: 3,
      entitiesOfAll: 3,
      steps: 17_280,
      onRecord: 2,
      then: { budget: '5 per week', alerts: 2, incidents: 1, budgetUsed: 1.4 },
      now: { budget: '50 per week', alerts: 2, incidents: 2, budgetUsed: 0.28 },
      alerts: [
        { ...alert, change: 'gained', feature: 'cpu' },
        { ...alert, change: 'lost', entity: HOSTILE, feature: null },
        { ...alert, change: 'kept', entity: 'db-1', feature: 'cpu' },
      ],
      more: 4,
      trained: null,
    },
  };
}

function windowView(kind: 'mute' | 'maintenance', change: Partial<WindowView>): WindowView {
  return {
    id: `${kind}-1`,
    kind,
    origin: 'api',
    detector: null,
    entity: null,
    match: '{}',
    start: null,
    end: '2026-01-08T13:00:00Z',
    schedule: null,
    timezone: null,
    duration: null,
    active: true,
    comment: '',
    ...change,
  };
}

function modelView(version: string, status: string): ModelView {
  return {
    detector: 'hosts',
    version,
    status,
    reason: '',
    sha256: 'ff',
    created: '2026-01-08T03:02:00Z',
    activeFrom: '2026-01-08T03:02:00Z',
    card: {
      backend: 'wasm',
      note: HOSTILE,
      data: {
        fromMs: NEWEST_MS - 86_400_000,
        toMs: NEWEST_MS,
        entities: 3,
        rows: 4000,
        holdOutRows: 800,
        leftOut: { labelled_real: 12 },
      },
      threshold: { median: 1, holdOutShareOver: 0.001 },
      holdOutErrors: [{ feature: 'cpu', error: 0.2 }],
      selfTest: [{ fault: 'spike', recall: 0.95, smallestSize: 2 }],
      promotion: {
        promoted: true,
        reason: '',
        verdicts: [{ name: 'reconstruction', passed: true, detail: 'Not worse.' }],
      },
      groups: [
        {
          cohort: null,
          entities: 3,
          trainingRows: 3200,
          members: [
            {
              kind: 'dense',
              steps: 16,
              shape: [16, 4, 16],
              share: 0.9,
              holdOutError: 0.03,
              curve: [
                { epoch: 1, training: 1, validation: 0.9 },
                { epoch: 2, training: 0.4, validation: 0.5 },
              ],
            },
          ],
        },
      ],
    },
  };
}

function entitySteps(): EntitySteps {
  return {
    detector: 'hosts',
    entity: 'db-2',
    labels: {},
    stepMs: STEP_MS,
    features: [{ feature: 'cpu', unit: 'cores' }],
    truncated: false,
    steps: Array.from({ length: 240 }, (_, index) => ({
      atMs: NEWEST_MS - (240 - index) * STEP_MS,
      seen: [3 + Math.sin(index / 20) + (index > 220 ? 1 : 0)],
      expected: [3 + Math.sin(index / 20 - 0.1)],
      low: [2.6 + Math.sin(index / 20 - 0.1)],
      high: [3.4 + Math.sin(index / 20 - 0.1)],
      share: [1],
      score: index > 220 ? 1.7 : 0.2,
      over: index > 220,
    })),
    alerts: [
      { id: 'firing-1', kind: 'anomaly', state: 'firing', fromMs: NEWEST_MS - 20 * STEP_MS, toMs: null },
    ],
  };
}

function explanation(at: string | null): StepExplanation {
  const told: Partial<StepExplanation> = {
    sentence: `At ${at ?? 'no time'} an alert was open already.`,
    checks: [{ name: 'score', held: true, detail: 'score 1.7, and 1 is the threshold' }],
    features: [],
    notes: [],
  };
  return told as StepExplanation;
}
