import type { AlertSpec, DetectorSpec, FeatureSpec, LeastChange, TrainingSpec } from '../core/detector.ts';
import { formatDuration } from '../core/duration.ts';
import { budgetText } from './budget-text.ts';
import { writtenModel } from './model-block.ts';
import { selectorText } from './selector-text.ts';

/** A detector as it is written in the configuration. */
export type WrittenDetector = Readonly<Record<string, unknown>>;

/**
 * A detector as plain values under the keys of the configuration, every default filled in; read again it is the same detector.
 * Where history comes from before the first record (`training.bootstrap` of a Prometheus) is left out: it may hold a log-in.
 */
export function writtenDetector(spec: DetectorSpec): WrittenDetector {
  return {
    name: spec.name,
    ...(spec.source !== null && { source: spec.source }),
    mode: spec.mode,
    // What is edited most comes first.
    alert: writtenAlert(spec),
    select: selectorText(spec.select),
    entity: spec.entity,
    ...(spec.cohort.length > 0 && { cohort: spec.cohort }),
    features: spec.features.map(writtenFeature),
    step: formatDuration(spec.stepMs),
    windows: spec.windows,
    allowed_lateness: formatDuration(spec.allowedLatenessMs),
    absent_after: formatDuration(spec.absentAfterMs),
    max_future: formatDuration(spec.maxFutureMs),
    forget_after: formatDuration(spec.forgetAfterMs),
    model: writtenModel(spec.model),
    training: writtenTraining(spec.training),
    calibration: { schedule: spec.calibration.schedule },
  };
}

function writtenFeature(feature: FeatureSpec): WrittenDetector {
  const { name, metric, where, as, quantile, aggregate, unit, gate } = feature;
  return {
    name,
    metric,
    ...(where.length > 0 && { where: selectorText(where) }),
    as,
    ...(quantile !== undefined && { quantile }),
    aggregate,
    ...(unit !== '' && { unit }),
    ...(gate?.direction && { direction: gate.direction }),
    ...(gate?.minChange && { min_change: writtenChange(gate.minChange) }),
    ...(gate?.worse && { worse: gate.worse }),
  };
}

function writtenAlert({ alert, ...spec }: DetectorSpec): WrittenDetector {
  const { grouping, confirm, acceptAfterMs, runbookUrl, absence, flatline } = alert satisfies AlertSpec;
  return {
    budget: budgetText({ ...spec, alert }),
    confirm,
    min_change: writtenChange(alert.minChange),
    direction: alert.direction,
    min_features: alert.minFeatures,
    severity: alert.severity,
    refractory: formatDuration(alert.refractoryMs),
    repeat_interval: formatDuration(alert.repeatIntervalMs),
    ...(acceptAfterMs !== null && { accept_after: formatDuration(acceptAfterMs) }),
    accept_memory: formatDuration(alert.acceptMemoryMs),
    ...(runbookUrl !== null && { runbook_url: runbookUrl }),
    ...(grouping !== undefined && {
      group_by: grouping.by,
      group_wait: formatDuration(grouping.waitMs),
      group_interval: formatDuration(grouping.intervalMs),
    }),
    absence: absence?.mode === 'on' ? { after: formatDuration(absence.afterMs) } : (absence?.mode ?? 'off'),
    flatline: flatline === undefined ? 'off' : { after: formatDuration(flatline.afterMs) },
  };
}

function writtenTraining(training: TrainingSpec): WrittenDetector {
  const { bootstrap, memoryLimitBytes } = training;
  return {
    schedule: training.schedule,
    timezone: training.timezone,
    span: formatDuration(training.spanMs),
    quarantine: formatDuration(training.quarantineMs),
    fine_tune: training.fineTune,
    min_steps: training.minSteps,
    time_limit: formatDuration(training.timeLimitMs),
    memory_limit: sizeText(memoryLimitBytes),
    ...(bootstrap?.from === 'kafka' && {
      bootstrap: 'kafka',
      bootstrap_limit: formatDuration(bootstrap.limitMs),
    }),
    keep: training.keep,
  };
}

function sizeText(bytes: number): string {
  const mega = Math.round(bytes / 2 ** 20);
  return mega % 1024 === 0 ? `${mega / 1024}GB` : `${mega}MB`;
}

/** `10%`, 0.5, or both. */
function writtenChange({ relative, absolute }: LeastChange): unknown {
  const percent = `${Number((100 * relative).toPrecision(12))}%`;
  if (absolute === 0) return percent;
  return relative === 0 ? absolute : [percent, absolute];
}
