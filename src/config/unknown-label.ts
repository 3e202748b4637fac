import type { LabelMatcher } from '../core/detector.ts';
import { prometheusLabels } from '../core/prometheus-labels.ts';
import { nearestName } from './nearest-name.ts';

/** Of every alert, beside the labels of its entity and cohort. */
const ALERT_LABELS = ['detector', 'severity', 'alertname'];
/** Those, and one that some alerts have in Alertmanager. */
const RESERVED = Object.fromEntries([...ALERT_LABELS, 'beside'].map((name) => [name, '']));

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
  const own = detectors.map(({ entity, cohort }) => [...entity, ...cohort]);
  const outside = own.flatMap((names) => Object.keys(asOutside(names)));
  const known = new Set([...own.flat(), ...ALERT_LABELS, ...outside]);
  const unknown = matchers.find(({ label }) => !known.has(label));
  if (unknown === undefined) return null;
  const near = nearestName(unknown.label, [...known]);
  const hint = near === null ? `those are: ${[...known].join(', ')}` : `did you mean "${near}"?`;
  return `alerts know the labels of "entity" and "cohort", "detector" and "severity" only, not "${unknown.label}"; ${hint}`;
}

/** Says how a label of an entity or cohort is called in Alertmanager and in selectors if alerts have one of that name; `null`: as it is. */
export function reservedLabelText(name: string): string | null {
  if (!Object.hasOwn(RESERVED, name)) return null;
  const [outside = ''] = Object.keys(asOutside([name]));
  return (
    `"${name}" is a label of the alerts themselves: in Alertmanager, and in "match" of maintenance, "${name}" is the alert's and "${outside}" the entity's; ` +
    'if another label names the entity as well, take that'
  );
}

const asOutside = (names: readonly string[]): Readonly<Record<string, string>> =>
  prometheusLabels(Object.fromEntries(names.map((name) => [name, name])), RESERVED);
