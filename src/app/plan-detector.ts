import { incidentsPerDay } from '../config/budget-text.ts';
import type { DetectorSpec } from '../core/detector.ts';
import { historyRows } from '../pipeline/row-history.ts';
import { SeriesRouter } from '../pipeline/series/series-router.ts';
import { DEFAULT_STORE_SETTINGS } from '../store/store-settings.ts';
import type { TopicDiscovery } from './discovery/discover-topic.ts';
import { historyMs, isShort } from './history/plan-history.ts';

/** What a detector will take and when it will speak, estimated from a sample of its topics before anything runs. Times in ms from the start of strayd. */
export interface DetectorPlan {
  readonly detector: string;
  readonly entities: number;
  readonly series: number;
  readonly features: number;
  /** False if the sample is so short that there may be more of them. */
  readonly isAllSeen: boolean;
  /** What is open and remembered in the pipeline; a model's scoring state comes on top. */
  readonly memoryBytes: number;
  readonly diskBytesADay: number;
  /** What the store holds at most: two days of every step, and the training reservoir. */
  readonly diskBytesMost: number;
  /** How long the topic keeps its records, as far as the sample shows. */
  readonly retainedMs: number;
  /** Whether all of what the topic keeps is read, or stretches of it. */
  readonly readsAll: boolean;
  /** Until history is read, waited for and learned from. */
  readonly readingMs: number;
  readonly waitingMs: number;
  readonly retrainMs: number;
  readonly earliestAlertMs: number;
  /** Thresholds of less than a day are provisional: alerts are shown, not sent. `null`: nothing is sent in observe mode. */
  readonly earliestDeliveryMs: number | null;
  readonly incidentsPerDay: number;
  /** What kept a topic's format from reading; `null`: nothing did. */
  readonly trouble: string | null;
}

/** Heap measured with 1 to 40 features an entity: what a series and an entity take beside the rows of the windows. */
const BYTES_A_SERIES = 1500;
const BYTES_AN_ENTITY = 1000;
/** Rows are kept twice, so that they move seldom; doubles. */
const BYTES_A_VALUE = 8;
/** Server metrics shrink to a third, noise to 85 %. */
const COMPRESSED = 0.6;
/** Raw score, score and flags. */
const EXTRA_COLUMNS = 3;
/** Samples a second, from the broker into closed vectors, on one core. */
const SAMPLES_A_SECOND = 100_000;
/** Of a net with 256 inputs on wasm: windows of an epoch a second, of which there are at most 20 000, and the epochs that are usual. */
const NET_WINDOWS_A_SECOND = 5000;
const MOST_NET_WINDOWS = 20_000;
const USUAL_EPOCHS = 15;
/** Multiplications a second in the linear models' statistics. */
const PRODUCTS_A_SECOND = 2e9;
const HOLD_OUT = 0.2;
const DAY_MS = 86_400_000;
const SERIES_CACHED = 100_000;

/** The plan of a detector, from samples of all topics that it reads. */
export function planDetector(spec: DetectorSpec, topics: readonly TopicDiscovery[]): DetectorPlan {
  const { stepMs, training, alert } = spec;
  const { entities, series } = countOf(spec, topics);
  const features = spec.features.length;
  const retainedMs = Math.max(
    0,
    ...topics.map(({ oldestMs, newestMs }) => newestMs - oldestMs).filter(Number.isFinite),
  );
  const stepsADay = DAY_MS / stepMs;
  const rowBytes = (features + EXTRA_COLUMNS) * BYTES_A_VALUE * COMPRESSED;
  const diskBytesADay = entities * stepsADay * rowBytes;
  const reservoirBytes = Math.min(
    DEFAULT_STORE_SETTINGS.reservoirCells * BYTES_A_VALUE * COMPRESSED,
    (DEFAULT_STORE_SETTINGS.reservoirMs / DAY_MS) * diskBytesADay,
  );
  const readsAll = training.bootstrap === undefined || isShort([spec], Math.min(retainedMs, training.spanMs));
  const taughtMs = Math.min(training.spanMs, readsAll ? retainedMs : historyMs([spec]));
  const haveSteps = Math.floor(taughtMs / stepMs);
  const waitingMs = Math.max(0, training.minSteps - haveSteps) * stepMs;
  const rows = Math.max(haveSteps, training.minSteps) * entities;
  const readingMs = Math.min(
    ((series * haveSteps) / SAMPLES_A_SECOND) * 1000,
    training.bootstrap?.limitMs ?? Infinity,
  );
  const retrainMs = trainingSeconds(spec, rows) * 1000;
  const earliestAlertMs =
    readingMs + waitingMs + retrainMs + alert.confirm.steps * stepMs + spec.allowedLatenessMs;
  const provisionalMs = Math.max(0, stepsADay - HOLD_OUT * rows) * stepMs;
  return {
    detector: spec.name,
    entities,
    series,
    features,
    isAllSeen: topics.every((topic) => newestStretchMs(topic) >= 2 * stepMs),
    memoryBytes:
      series * BYTES_A_SERIES +
      entities * (BYTES_AN_ENTITY + 2 * historyRows(spec) * features * BYTES_A_VALUE),
    diskBytesADay,
    diskBytesMost: 2 * diskBytesADay + reservoirBytes,
    retainedMs,
    readsAll,
    readingMs,
    waitingMs,
    retrainMs,
    earliestAlertMs,
    earliestDeliveryMs: spec.mode === 'alert' ? earliestAlertMs + provisionalMs : null,
    incidentsPerDay: incidentsPerDay(spec, entities),
    trouble: topics.find(({ trouble }) => trouble !== null)?.trouble ?? null,
  };
}

function countOf(
  spec: DetectorSpec,
  topics: readonly TopicDiscovery[],
): { entities: number; series: number } {
  const router = new SeriesRouter([{ index: 0, spec }], SERIES_CACHED);
  const entities = new Set<string>();
  let series = 0;
  for (const { metric, labels } of topics.flatMap((topic) => topic.series)) {
    const routes = router.routes(metric, labels);
    series += routes.length;
    for (const { entity } of routes) entities.add(entity);
  }
  return { entities: entities.size, series };
}

/* How long the newest stretch of the sample is. */
function newestStretchMs({ series }: TopicDiscovery): number {
  const newest = Math.max(...series.flatMap(({ stretches }) => stretches.slice(-1)), 0);
  let [first, last] = [Infinity, -Infinity];
  for (const { times, stretches } of series) {
    const at = stretches.indexOf(newest);
    if (at < 0) continue;
    first = Math.min(first, times[at] ?? Infinity);
    last = Math.max(last, times.at(-1) ?? -Infinity);
  }
  return last - first;
}

/* The statistics of the linear models take features² × longest window a row; a net has a bound on its windows. */
function trainingSeconds({ features, windows, model }: DetectorSpec, rows: number): number {
  if (model.type === 'none') return 0;
  const width = features.length;
  const longest = Math.max(...windows);
  const linear = (rows * width * width * longest) / PRODUCTS_A_SECOND;
  if (model.type === 'linear') return linear;
  const inputs = Math.min(16, longest) * width;
  const epochs = Math.min(model.maxEpochs, USUAL_EPOCHS);
  return linear + ((Math.min(rows, MOST_NET_WINDOWS) * epochs) / NET_WINDOWS_A_SECOND) * (inputs / 256);
}
