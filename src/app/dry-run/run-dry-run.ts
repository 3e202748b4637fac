import { budgetText, incidentsPerDay } from '../../config/budget-text.ts';
import type { DetectorSpec } from '../../core/detector.ts';
import { createRandom, deriveSeed } from '../../core/random.ts';
import { stepOf } from '../../core/step-grid.ts';
import { loadModel, unpackModelFile } from '../../model/model-file.ts';
import { decodeCalibrations } from '../../pipeline/scoring/calibration-section.ts';
import type { DetectorDryRun, DryRunAlert, DryRunSide, DryRunView } from '../../server/views/dry-run-view.ts';
import { openStore } from '../../store/open-store.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import { train } from '../../training/train.ts';
import { newAlerts } from '../compare-backtests.ts';
import type { FiredSpan } from '../fired-alerts.ts';
import { readOwnModel } from '../model-shelf.ts';
import type { LoadedModel } from '../open-model.ts';
import { trainingRows } from '../run-training.ts';
import type { DryRunJob } from './dry-run-messages.ts';
import { playDay, type PlayedDay } from './replay-day.ts';
import { specChanges, triedSpec } from './spec-changes.ts';

const DAY_MS = 86_400_000;
/** More steps than that are not played on either side: of a big fleet some entities stand for all. */
const MOST_STEPS = 600_000;
const MOST_ALERTS = 200;
/** Alerts on record that are looked through for those of the day. */
const MOST_RECORDS = 10_000;

type Played = NonNullable<DetectorDryRun['played']>;

/** Plays the last day of kept vectors with each running detector and with its edited form, and compares the alerts. */
export async function runDryRun({ storePath, pairs }: DryRunJob): Promise<DryRunView> {
  const store = openStore(storePath, { mode: 'read' });
  try {
    const detectors: DetectorDryRun[] = [];
    for (const { running, edited } of pairs) detectors.push(await dryRunOf(store, running, edited));
    return { detectors };
  } finally {
    store.close();
  }
}

async function dryRunOf(
  store: StoreReader,
  running: DetectorSpec,
  edited: DetectorSpec,
): Promise<DetectorDryRun> {
  const { tried, trained, untried } = specChanges(running, edited);
  const detector = running.name;
  const notPlayed = (reason: string): DetectorDryRun => {
    return { detector, tried: [...tried, ...trained], untried, notPlayed: reason, played: null };
  };
  if (tried.length + trained.length === 0) {
    return notPlayed(
      untried.length === 0 ? 'Nothing is changed.' : 'Nothing of what is changed shows in the last day.',
    );
  }
  const active = store.listModels(running.name).find(({ status }) => status === 'active');
  if (active === undefined) return notPlayed('No model is in use yet, so nothing is found with either.');
  const span = lastDay(store, running);
  if (span === null) return notPlayed('Nothing of it is kept yet.');
  const model = await readOwnModel(active.path, running);
  const other = trained.length === 0 ? model : await trainedFor(store, triedSpec(running, edited), span);
  const isTrained = typeof other !== 'string' && other !== model;
  if (typeof other === 'string' && tried.length === 0) return notPlayed(`Nothing is played: ${other}`);
  const played = compare(store, {
    running,
    // Without a model for them the running ones stand in, so that the rest can be tried.
    edited:
      typeof other === 'string' ? { ...edited, windows: running.windows, model: running.model } : edited,
    span,
    models: { then: model, now: typeof other === 'string' ? model : other },
  });
  model.model.dispose();
  if (isTrained) other.model.dispose();
  return {
    detector,
    tried: isTrained ? [...tried, ...trained] : tried,
    untried:
      typeof other === 'string' ? [...untried, ...trained.map((key) => ({ key, reason: other }))] : untried,
    notPlayed: null,
    played: { ...played, trained: isTrained ? trainedText(trained) : null },
  };
}

interface Span {
  readonly fromStep: number;
  readonly toStep: number;
}

function lastDay(store: StoreReader, spec: DetectorSpec): Span | null {
  const newestMs = store.newestMs(spec);
  if (!Number.isFinite(newestMs)) return null;
  const toStep = stepOf(newestMs, spec.stepMs);
  return { fromStep: toStep - Math.ceil(DAY_MS / spec.stepMs) + 1, toStep };
}

/** A model as the next training would make it of what came before the day; a sentence if it can't. */
async function trainedFor(
  store: StoreReader,
  spec: DetectorSpec,
  { fromStep }: Span,
): Promise<LoadedModel | string> {
  const rows = trainingRows(store, spec, fromStep - 1);
  const outcome = await train({ spec, seed: spec.model.seed, ...rows, champion: null });
  if (outcome.kind === 'not_enough_history') {
    return `it takes a model of its own, and before the last day there is too little to train one: ${outcome.detail}`;
  }
  const calibrations = decodeCalibrations(unpackModelFile(outcome.file).calibration);
  return { model: await loadModel(outcome.file, spec.model.backend), calibrations };
}

function trainedText(keys: readonly string[]): string {
  return (
    `For ${keys.join(', ')} a model was trained on what is kept of the time before, with thresholds from its own hold-out: ` +
    'it has seen less than the one in use, which may know this day already, and while thresholds are provisional nothing is sent.'
  );
}

interface Comparison {
  readonly running: DetectorSpec;
  readonly edited: DetectorSpec;
  readonly span: Span;
  readonly models: { readonly then: LoadedModel; readonly now: LoadedModel };
}

function compare(store: StoreReader, { running, edited, span, models }: Comparison): Played {
  const all = store.entityNames(running);
  const entities = someOf(all, Math.floor(MOST_STEPS / (span.toStep - span.fromStep + 1)));
  const plan = { ...span, kept: running, entities };
  const tried = triedSpec(running, edited);
  const then = playDay(store, { ...plan, spec: running, model: models.then });
  const now = playDay(store, { ...plan, spec: tried, model: models.now });
  const gained = newAlerts(then.alerts, now.alerts);
  const lost = newAlerts(now.alerts, then.alerts);
  const kept = now.alerts.filter((alert) => !gained.includes(alert));
  const shown = [...shownAs('gained', gained), ...shownAs('lost', lost), ...shownAs('kept', kept)];
  const { stepMs } = running;
  const share = entities.length / Math.max(1, all.length);
  // Less than a day may be kept yet.
  const fromStep = Math.min(span.toStep, then.firstStep);
  const days = ((span.toStep - fromStep + 1) * stepMs) / DAY_MS;
  const side = (spec: DetectorSpec, day: PlayedDay): DryRunSide => {
    const scope = spec.alert.budget.scope === 'entity' ? 1 : share;
    return {
      budget: budgetText(spec),
      alerts: day.alerts.length,
      incidents: day.incidents,
      budgetUsed: day.incidents / (incidentsPerDay(spec, entities.length) * scope * days),
    };
  };
  return {
    fromMs: fromStep * stepMs,
    toMs: (span.toStep + 1) * stepMs,
    entities: entities.length,
    entitiesOfAll: all.length,
    steps: then.steps,
    onRecord: onRecord(store, running, { ...span, entities }),
    then: side(running, then),
    now: side(tried, now),
    alerts: shown.slice(0, MOST_ALERTS),
    more: Math.max(0, shown.length - MOST_ALERTS),
    trained: null,
  };
}

/** At most so many names, in an order that is the same each time. */
function someOf(names: readonly string[], most: number): readonly string[] {
  if (names.length <= most) return names;
  const random = createRandom(deriveSeed('dry-run'));
  return names
    .map((name) => ({ name, key: random.next() }))
    .sort((a, b) => a.key - b.key)
    .slice(0, Math.max(1, most))
    .map(({ name }) => name);
}

function onRecord(
  store: StoreReader,
  { name }: DetectorSpec,
  { fromStep, toStep, entities }: Span & { readonly entities: readonly string[] },
): number {
  const played = new Set(entities);
  return store
    .listAlerts({ detector: name, limit: MOST_RECORDS })
    .filter(({ alert: { entity, firedStep, kind } }) => {
      if (kind === 'absence' || kind === 'flatline') return false;
      return firedStep !== null && firedStep >= fromStep && firedStep <= toStep && played.has(entity);
    }).length;
}

function shownAs(change: DryRunAlert['change'], spans: readonly FiredSpan[]): DryRunAlert[] {
  return spans.map(({ entity, startMs, endMs, alert }) => ({
    change,
    entity,
    kind: alert.kind,
    fromMs: startMs,
    toMs: endMs,
    score: alert.peakScore,
    feature: alert.contributions[0]?.feature ?? null,
  }));
}
