import { formatDuration } from '../core/duration.ts';
import { checkHistogram } from './histogram-checks.ts';
import { featureName } from './feature-name.ts';
import type { Findings } from './findings.ts';
import { nearestName } from './nearest-name.ts';
import type { ConfigPath } from './problem.ts';
import { reportRepeatedNames } from './repeated-names.ts';
import type { ParsedDetector } from './schema.ts';
import { reservedLabelText } from './unknown-label.ts';

/** The rules inside one detector that look at more than one value. */
export function checkDetector(detector: ParsedDetector, path: ConfigPath, findings: Findings): void {
  const { entity, cohort, windows, alert, absent_after, allowed_lateness, training, step } = detector;
  reportRepeatedNames(entity, (index) => [...path, 'entity', index], findings);
  reportRepeatedNames(cohort, (index) => [...path, 'cohort', index], findings);
  for (const list of ['entity', 'cohort'] as const) {
    detector[list].forEach((name, index) => {
      const reserved = reservedLabelText(name);
      if (reserved !== null) findings.warn([...path, list, index], reserved);
    });
  }
  checkFeatures(detector, path, findings);
  windows.forEach((window, index) => {
    const before = windows[index - 1];
    if (before === undefined || window > before) return;
    findings.error(
      [...path, 'windows', index],
      `windows must ascend: ${window} stands after ${before}; write [${sorted(windows)}]`,
    );
  });
  if (alert.confirm && alert.confirm.steps > alert.confirm.of) {
    const { steps, of } = alert.confirm;
    findings.error(
      [...path, 'alert', 'confirm', 'steps'],
      `${steps} of ${of} can never be reached; "steps" must be at most "of"`,
    );
  }
  if (absent_after !== undefined && absent_after < Math.max(step, allowed_lateness)) {
    const least = formatDuration(Math.max(step, allowed_lateness));
    findings.error(
      [...path, 'absent_after'],
      `${formatDuration(absent_after)} is shorter than "step" or "allowed_lateness", so steps would close too early; write at least ${least}`,
    );
  }
  const { absence } = alert;
  if (typeof absence === 'object' && absence.after >= detector.forget_after) {
    findings.error(
      [...path, 'alert', 'absence', 'after'],
      `an entity is forgotten after ${formatDuration(detector.forget_after)} ("forget_after"), before it would be told of after ${formatDuration(absence.after)}; write less, or raise "forget_after"`,
    );
  }
  checkGrouping(detector, path, findings);
  checkGates(detector, path, findings);
  checkModel(detector, path, findings);
  const longest = Math.max(...windows) * step;
  if (training.span < 2 * longest) {
    findings.error(
      [...path, 'training', 'span'],
      `${formatDuration(training.span)} holds too little for windows of ${formatDuration(longest)}; write at least ${formatDuration(2 * longest)}`,
    );
  }
}

function checkGrouping(
  { entity, cohort, alert }: ParsedDetector,
  path: ConfigPath,
  findings: Findings,
): void {
  const at = [...path, 'alert', 'group_by'];
  const known = [...entity, ...cohort];
  reportRepeatedNames(alert.group_by ?? [], (index) => [...at, index], findings);
  alert.group_by?.forEach((name, index) => {
    if (known.includes(name)) return;
    const near = nearestName(name, known);
    const hint = near === null ? `those are: ${known.join(', ')}` : `did you mean "${near}"?`;
    findings.error(
      [...at, index],
      `alerts know the labels of "entity" and "cohort" only, not "${name}"; ${hint}`,
    );
  });
}

function checkGates({ alert, features }: ParsedDetector, path: ConfigPath, findings: Findings): void {
  if (features === 'auto' || alert.min_features <= features.length) return;
  findings.error(
    [...path, 'alert', 'min_features'],
    `${alert.min_features} features can never stray where there ${features.length === 1 ? 'is 1' : `are ${features.length}`}; write at most ${features.length}`,
  );
}

function checkModel({ model }: ParsedDetector, path: ConfigPath, findings: Findings): void {
  const { type, layers, loss, own_nets } = model;
  reportRepeatedNames(own_nets ?? [], (index) => [...path, 'model', 'own_nets', index], findings);
  if (type === 'conv' && layers.length < 2) {
    findings.error(
      [...path, 'model', 'layers'],
      `a net of type "conv" needs a convolution before its bottleneck, and [${layers.join(', ')}] is the bottleneck alone; write two widths or more, such as [64, 16]`,
    );
  }
  if (type !== 'linear' && type !== 'none') return;
  const idle = [...(loss === 'mse' ? [] : ['loss']), ...(own_nets === undefined ? [] : ['own_nets'])];
  for (const key of idle) {
    findings.warn(
      [...path, 'model', key],
      `there is no net in type "${type}", so "${key}" has no effect; leave it out, or write "type: auto"`,
    );
  }
}

function checkFeatures(detector: ParsedDetector, path: ConfigPath, findings: Findings): void {
  const { features } = detector;
  if (features === 'auto') return;
  const names = features.map(featureName);
  reportRepeatedNames(
    names,
    (index) => [...path, 'features', index, features[index]?.name === undefined ? 'metric' : 'name'],
    findings,
  );
  features.forEach((feature, index) => {
    checkHistogram(detector, feature, { path: [...path, 'features', index], findings });
    if (feature.as !== 'gauge' || !/_total$/.test(feature.metric)) return;
    findings.warn(
      [...path, 'features', index, 'metric'],
      `"${feature.metric}" looks like a counter, which only ever grows; write "as: rate"`,
    );
  });
}

function sorted(windows: readonly number[]): string {
  return [...new Set(windows)].sort((a, b) => a - b).join(', ');
}
