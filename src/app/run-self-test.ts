import type { DetectorSpec } from '../core/detector.ts';
import { createRandom, deriveSeed } from '../core/random.ts';
import type { RestoredEntity } from '../pipeline/checkpoint.ts';
import { createState } from '../pipeline/create-state.ts';
import type { DetectorState } from '../pipeline/detector-state.ts';
import {
  calibrationRow,
  newScoringState,
  restoreScoringState,
  type ScoringContext,
  type ScoringState,
} from '../pipeline/scoring/scoring-state.ts';
import { openStore } from '../store/open-store.ts';
import type { StoreReader } from '../store/store-reader.ts';
import { chooseRows } from '../training/choose-rows.ts';
import { excludedSpans } from '../training/excluded-spans.ts';
import { selfTest } from '../training/self-test.ts';
import { cronTimes } from '../config/cron-times.ts';
import { readOwnModel } from './model-shelf.ts';
import { pastAlerts } from './run-training.ts';
import type { SelfTestJob, SelfTestResult } from './self-test-messages.ts';
import { trainingEntities } from './training-entities.ts';

/** So many entities lend their rows; another choice each time. */
const MOST_ENTITIES = 20;
const DAY_MS = 86_400_000;
/** With long steps a day is too little for windows and faults. */
const LEAST_ROWS = 512;

/**
 * Puts faults into the last day's normal rows and counts the alerts that the detector would raise as it is now: with the model in
 * use, and the thresholds, guards and budget offset of the store's last checkpoint. Entities with an accepted level lend no rows:
 * here all is held against what the model has learned, and theirs would seem strange before a fault is put in.
 */
export async function runSelfTest({ storePath, spec }: SelfTestJob): Promise<SelfTestResult> {
  const store = openStore(storePath, { mode: 'read' });
  try {
    const active = store.listModels(spec.name).find(({ status }) => status === 'active');
    if (active === undefined) return { kind: 'untested', detail: 'no model is in use yet' };
    const parts = await readOwnModel(active.path, spec);
    const newestStep = Math.floor(store.newestMs(spec) / spec.stepMs);
    const seed = deriveSeed(spec.model.seed, 'self-test', newestStep);
    const restored = store.stateOf(spec, {
      rowsNeeded: Math.max(LEAST_ROWS, Math.ceil(DAY_MS / spec.stepMs)),
      entities: new Set(someOf(store.watchedEntities(spec), seed)),
    });
    const refit = cronTimes(spec.calibration.schedule, spec.training.timezone);
    const { detectors } = createState({
      detectors: [spec],
      restored: { ...restored, marks: [] },
      models: [parts],
      nextRefitMs: (_detector, afterMs) => refit(afterMs),
      maxAlertAgeMs: Infinity,
    });
    const [detector] = detectors;
    const live = detector?.models.at(-1);
    if (detector === undefined || live === undefined) {
      return { kind: 'untested', detail: `model ${active.version} has not been put to use yet` };
    }
    const terms = live.context.budgetAt(newestStep);
    const context: ScoringContext = { ...live.context, budgetAt: () => terms };
    const entities = restored.entities.filter(({ entity }) => !hasAcceptedLevel(detector, entity));
    const faults = await selfTest(context, normalRows(store, spec, { newestStep, entities }), {
      seed,
      stateOf: (entity, cohort) => stateNow(context, detector, { entity, cohort }),
      stillOf: (entity) => detector.entities.get(entity)?.rules.still ?? null,
    });
    parts.model.dispose();
    if (faults.length > 0) return { kind: 'tested', version: active.version, faults };
    return { kind: 'untested', detail: 'no entity has enough normal rows in a row that are quiet' };
  } finally {
    store.close();
  }
}

function hasAcceptedLevel({ entities }: DetectorState, name: string): boolean {
  return (entities.get(name)?.normals ?? null) !== null;
}

/** Some names, in an order that the seed gives. */
function someOf(names: readonly string[], seed: number): string[] {
  const random = createRandom(seed);
  const keyed = names.map((name) => ({ name, key: random.next() }));
  return keyed
    .sort((a, b) => a.key - b.key)
    .slice(0, MOST_ENTITIES)
    .map(({ name }) => name);
}

/** The last rows of the entities, without what training would leave out. */
function normalRows(
  store: StoreReader,
  spec: DetectorSpec,
  { newestStep, entities }: { readonly newestStep: number; readonly entities: readonly RestoredEntity[] },
) {
  const excluded = excludedSpans(pastAlerts(store, spec, newestStep), spec, newestStep);
  return entities.flatMap(({ entity, cohort, kept }) => {
    const vectors = kept.map(({ step, values, filled }) => ({
      detector: spec.name,
      entity,
      step,
      values,
      filled,
    }));
    return trainingEntities(vectors).map((one) => chooseRows({ ...one, cohort }, excluded, spec));
  });
}

/** A copy of what the pipeline has of an entity, whose threshold stays as it is. */
function stateNow(
  context: ScoringContext,
  detector: DetectorState,
  { entity, cohort }: { readonly entity: string; readonly cohort: string },
): ScoringState {
  const scoring = detector.entities.get(entity)?.scoring ?? null;
  const state =
    scoring === null
      ? newScoringState(context, entity, cohort)
      : restoreScoringState(context, entity, cohort, calibrationRow(scoring), []);
  state.calibration.hold();
  return state;
}
