import { setImmediate } from 'node:timers/promises';
import type { DetectorSpec } from '../../core/detector.ts';
import { createRandom, deriveSeed } from '../../core/random.ts';
import { fitModel } from '../../model/fit-model.ts';
import type { FittedModel } from '../../model/fit-model.ts';
import type { ModelCard } from '../../model/model-card.ts';
import type { ScoreItem, ScoringModel } from '../../model/scoring-model.ts';
import type { Episode } from './episodes.ts';
import { partRange } from './episodes.ts';
import type { ModelSettings } from './search-space.ts';
import { segmentsBefore } from './tuning-data.ts';
import type { TuningEntity } from './tuning-data.ts';

/** What settings are measured on. */
export interface MeasureInput {
  readonly spec: DetectorSpec;
  readonly settings: ModelSettings;
  readonly entities: readonly TuningEntity[];
  readonly episodes: readonly Episode[];
  /** The part that episodes lie in, and normal rows beside them. */
  readonly part: 'select' | 'judge';
  /** Of the entities, and of the windows that a net learns from. */
  readonly share: number;
  readonly seed: number;
  readonly signal: AbortSignal;
}

/** What came out. */
export interface Measured {
  /** Typical squared error of the members on rows that they did not learn from, in units of the variance. */
  readonly validationLoss: number;
  /** For each episode mean score within − mean score of its entity's normal rows: a log ratio. NaN: of no entity tried. */
  readonly logRatios: readonly number[];
  /** 1 if a row of the episode scores above all but a hundredth of its entity's normal rows. */
  readonly found: readonly number[];
}

const FULL_WINDOWS = 20_000;
const LEAST_WINDOWS = 1000;
const NORMAL_ROWS = 300;
const FALSE_SHARE = 0.01;
const BATCH = 512;

/** Trains a model with the settings and measures what it sees. Throws the signal's reason on abort. */
export async function measureSettings(input: MeasureInput): Promise<Measured> {
  const entities = someOf(input.entities, input.share, input.seed);
  const { scoring, card } = await fit(input, entities);
  try {
    const normal = new Map<string, { mean: number; threshold: number }>();
    for (const entity of entities) {
      const scores = await scoreItems(scoring, normalItems(scoring, entity, input.part), input.signal);
      if (scores.length > 0) normal.set(entity.entity, normalOf(scores));
    }
    const known = new Map(entities.map((entity) => [entity.entity, entity]));
    const logRatios: number[] = [];
    const found: number[] = [];
    for (const episode of input.episodes) {
      const entity = known.get(episode.entity);
      const usual = normal.get(episode.entity);
      const isTried = entity !== undefined && usual !== undefined;
      const items = isTried ? episodeItems(scoring, entity, episode) : [];
      const scores = await scoreItems(scoring, items, input.signal);
      logRatios.push(isTried ? mean(scores) - usual.mean : Number.NaN);
      found.push(isTried ? Number(Math.max(...scores) > usual.threshold) : Number.NaN);
    }
    return { validationLoss: validationLossOf(card), logRatios, found };
  } finally {
    scoring.dispose();
  }
}

/** A share of the entities, at least one; those of a smaller share are among those of a larger one. */
function someOf(entities: readonly TuningEntity[], share: number, seed: number): TuningEntity[] {
  const order = Uint32Array.from(entities, (_, index) => index);
  createRandom(deriveSeed(seed, 'entities')).shuffle(order);
  const chosen = new Set(order.subarray(0, Math.max(1, Math.ceil(share * entities.length))));
  return entities.filter((_, index) => chosen.has(index));
}

function fit(input: MeasureInput, entities: readonly TuningEntity[]): Promise<FittedModel> {
  const { spec, settings, part, share, seed, signal } = input;
  return fitModel(
    {
      detector: spec.name,
      features: spec.features.map((feature) => feature.name),
      stepMs: spec.stepMs,
      windows: spec.windows,
      modelSpec: { ...spec.model, ...settings },
      seed,
      entities: entities.map(({ entity, cohort, stretches, selectFrom, judgeFrom }) => ({
        entity,
        cohort,
        // Rows that judge must not be there, not even to say when to stop; those that select are the hold-out of every candidate.
        segments: segmentsBefore(stretches, judgeFrom).map(({ firstStep, values }) => ({
          firstStep,
          rows: values,
        })),
        holdOutFromStep: selectFrom,
      })),
    },
    { signal, maxWindows: part === 'judge' ? FULL_WINDOWS : Math.max(LEAST_WINDOWS, share * FULL_WINDOWS) },
  );
}

function validationLossOf({ groups }: ModelCard): number {
  const nets = groups.flatMap(({ trainingRows, members }) =>
    members
      .filter(({ kind }) => kind !== 'forecast')
      .map(({ holdOutError }) => ({ weight: trainingRows / members.length, holdOutError })),
  );
  const weights = nets.reduce((sum, { weight }) => sum + weight, 0);
  return nets.reduce((sum, { weight, holdOutError }) => sum + (weight * holdOutError) / weights, 0);
}

function normalItems(model: ScoringModel, entity: TuningEntity, part: MeasureInput['part']): ScoreItem[] {
  const [from, to] = partRange(entity, part);
  const width = model.features.length;
  const places = entity.stretches.flatMap(({ firstStep, count, values }) => {
    const least = Math.max(model.rowsLeast - 1, from - firstStep);
    const most = Math.min(count, to - firstStep);
    return Array.from({ length: Math.max(0, most - least) }, (_, i) => ({ values, row: least + i }));
  });
  const every = Math.max(1, places.length / NORMAL_ROWS);
  return Array.from({ length: Math.min(NORMAL_ROWS, places.length) }, (_, i) => places[Math.floor(i * every)])
    .filter((place) => place !== undefined)
    .map(({ values, row }) => {
      const count = Math.min(model.rowsNeeded, row + 1);
      const rows = values.subarray((row + 1 - count) * width, (row + 1) * width);
      return { entity: entity.entity, cohort: entity.cohort, rows, count };
    });
}

function episodeItems(model: ScoringModel, entity: TuningEntity, episode: Episode): ScoreItem[] {
  const width = model.features.length;
  const total = episode.rows.length / width;
  return Array.from({ length: episode.faulty }, (_, i) => {
    const end = total - episode.faulty + i + 1;
    const count = Math.min(model.rowsNeeded, end);
    const rows = episode.rows.subarray((end - count) * width, end * width);
    return { entity: entity.entity, cohort: entity.cohort, rows, count };
  });
}

/** The model's own part of the scores: the guards' part does not depend on its settings. */
async function scoreItems(
  model: ScoringModel,
  items: readonly ScoreItem[],
  signal: AbortSignal,
): Promise<number[]> {
  const scores: number[] = [];
  for (let at = 0; at < items.length; at += BATCH) {
    await setImmediate();
    signal.throwIfAborted();
    scores.push(...model.score(items.slice(at, at + BATCH)).map(({ logError }) => logError));
  }
  return scores;
}

function normalOf(scores: readonly number[]): { mean: number; threshold: number } {
  const sorted = Float64Array.from(scores).sort();
  const index = Math.min(sorted.length - 1, Math.floor((1 - FALSE_SHARE) * sorted.length));
  return { mean: mean(scores), threshold: sorted[index] ?? Infinity };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
