import type { LabelMatcher } from '../core/detector.ts';
import { nearestName } from './nearest-name.ts';

/** Of every alert, beside the labels of its entity and cohort. */
const ALERT_LABELS = ['detector', 'severity', 'alertname'];

/** What has labels that a window of quiet or a deployment may be matched by. */
interface Labelled {
  readonly entity: readonly string[];
  readonly cohort: readonly string[];
}

/**
 * Says which label of a selector no alert of these detectors has, so that it could never match; `null`: all are known. A matcher that an
 * absent label satisfies (`!=`, `!~`) is wrong just as well: it is about nothing.
 */
export function unknownLabelText(
  matchers: readonly LabelMatcher[],
  detectors: readonly Labelled[],
): string | null {
  const known = new Set([
    ...detectors.flatMap(({ entity, cohort }) => [...entity, ...cohort]),
    ...ALERT_LABELS,
  ]);
  const unknown = matchers.find(({ label }) => !known.has(label));
  if (unknown === undefined) return null;
  const near = nearestName(unknown.label, [...known]);
  const hint = near === null ? `those are: ${[...known].join(', ')}` : `did you mean "${near}"?`;
  return `alerts know the labels of "entity" and "cohort", "detector" and "severity" only, not "${unknown.label}"; ${hint}`;
}
