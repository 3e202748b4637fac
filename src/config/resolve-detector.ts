import type { AbsenceRule, AlertSpec, DetectorSpec, FeatureSpec } from '../core/detector.ts';
import { isOfHistogram } from '../core/is-of-histogram.ts';
import { featureName } from './feature-name.ts';
import type { ParsedDetector, ParsedFeature } from './schema.ts';

const MINUTE_MS = 60_000;
const LEAST_HISTORY_MS = 6 * 3_600_000;

/** A parsed detector with the defaults that depend on other values filled in; features sorted by name. */
export function resolveDetector(parsed: ParsedDetector): DetectorSpec {
  const stepMs = parsed.step;
  const longest = Math.max(...parsed.windows);
  const absentAfterMs = parsed.absent_after ?? Math.max(5 * stepMs, parsed.allowed_lateness);
  return {
    name: parsed.name,
    source: parsed.source ?? null,
    mode: parsed.mode,
    select: parsed.select,
    entity: parsed.entity,
    cohort: parsed.cohort,
    ...featuresOf(parsed.features),
    stepMs,
    windows: parsed.windows,
    allowedLatenessMs: parsed.allowed_lateness,
    absentAfterMs,
    maxFutureMs: parsed.max_future,
    forgetAfterMs: parsed.forget_after,
    model: {
      type: parsed.model.type,
      layers: parsed.model.layers,
      bottleneck: parsed.model.bottleneck,
      noise: parsed.model.noise,
      loss: parsed.model.loss,
      learningRate: parsed.model.learning_rate,
      batchSize: parsed.model.batch_size,
      maxEpochs: parsed.model.max_epochs,
      backend: parsed.model.backend,
      seed: parsed.model.seed,
      ...(parsed.model.own_nets === undefined ? {} : { ownNets: parsed.model.own_nets }),
    },
    training: {
      schedule: parsed.training.schedule,
      timezone: parsed.training.timezone,
      spanMs: parsed.training.span,
      quarantineMs: parsed.training.quarantine,
      fineTune: parsed.training.fine_tune,
      minSteps: parsed.training.min_steps ?? Math.max(8 * longest, Math.ceil(LEAST_HISTORY_MS / stepMs)),
      timeLimitMs: parsed.training.time_limit,
      memoryLimitBytes: parsed.training.memory_limit,
      keep: parsed.training.keep,
      ...bootstrapOf(parsed.training),
    },
    calibration: { schedule: parsed.calibration.schedule },
    alert: {
      budget: parsed.alert.budget,
      confirm: parsed.alert.confirm ?? (stepMs < MINUTE_MS ? { steps: 3, of: 5 } : { steps: 1, of: 1 }),
      severity: parsed.alert.severity,
      direction: parsed.alert.direction,
      minChange: parsed.alert.min_change,
      minFeatures: parsed.alert.min_features,
      refractoryMs: parsed.alert.refractory ?? longest * stepMs,
      repeatIntervalMs: parsed.alert.repeat_interval,
      acceptAfterMs: parsed.alert.accept_after ?? null,
      acceptMemoryMs: parsed.alert.accept_memory,
      runbookUrl: parsed.alert.runbook_url ?? null,
      grouping: {
        by: parsed.alert.group_by ?? parsed.cohort,
        waitMs: parsed.alert.group_wait,
        intervalMs: parsed.alert.group_interval ?? Math.max(10 * MINUTE_MS, 2 * stepMs),
      },
      absence: absenceOf(parsed.alert.absence, absentAfterMs),
      ...flatlineOf(parsed.alert.flatline),
    },
  };
}

function absenceOf(parsed: ParsedDetector['alert']['absence'], absentAfterMs: number): AbsenceRule {
  if (typeof parsed === 'object') return { mode: 'on', afterMs: parsed.after };
  return { mode: parsed, afterMs: Math.max(2 * absentAfterMs, 5 * MINUTE_MS) };
}

function flatlineOf(parsed: ParsedDetector['alert']['flatline']): Pick<AlertSpec, 'flatline'> {
  if (parsed === 'off') return {};
  return { flatline: { afterMs: parsed === 'on' ? 10 * MINUTE_MS : parsed.after } };
}

function bootstrapOf({
  bootstrap,
  bootstrap_limit,
}: ParsedDetector['training']): Pick<DetectorSpec['training'], 'bootstrap'> {
  if (bootstrap === 'none') return {};
  return { bootstrap: { from: bootstrap === 'kafka' ? 'kafka' : 'prometheus', limitMs: bootstrap_limit } };
}

function featuresOf(parsed: ParsedDetector['features']): Pick<DetectorSpec, 'features' | 'autoFeatures'> {
  if (parsed === 'auto') return { features: [], autoFeatures: true };
  const features = parsed.map(resolveFeature);
  return { features: features.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)) };
}

function resolveFeature(parsed: ParsedFeature): FeatureSpec {
  return {
    name: featureName(parsed),
    metric: parsed.metric,
    where: parsed.where,
    as: parsed.as,
    ...(parsed.quantile === undefined ? {} : { quantile: parsed.quantile }),
    aggregate: parsed.aggregate ?? (isOfHistogram(parsed) ? 'sum' : 'mean'),
    unit: parsed.unit,
    ...gateOf(parsed),
  };
}

function gateOf(parsed: ParsedFeature): Pick<FeatureSpec, 'gate'> {
  const { direction, min_change: minChange, worse } = parsed;
  if (direction === undefined && minChange === undefined && worse === undefined) return {};
  return { gate: { direction: direction ?? null, minChange: minChange ?? null, worse: worse ?? null } };
}
