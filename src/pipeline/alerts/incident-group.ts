import type { AlertGrouping, DetectorSpec } from '../../core/detector.ts';
import type { Labels } from '../../core/sample.ts';

const SECOND_MS = 1000;

/**
 * How a detector's alerts are grouped unless it says otherwise: by its cohort's labels. Half a minute of the way to people is
 * `allowed_lateness` already; 15 s more catch those that stray in the same scrape interval.
 */
export function groupingOf({
  alert,
  cohort,
  stepMs,
}: Pick<DetectorSpec, 'cohort' | 'stepMs'> & {
  readonly alert: { readonly grouping?: AlertGrouping };
}): AlertGrouping {
  return (
    alert.grouping ?? {
      by: cohort,
      waitMs: 15 * SECOND_MS,
      intervalMs: Math.max(600 * SECOND_MS, 2 * stepMs),
    }
  );
}

/** The labels that an alert of the entity is grouped by, in configured order; those that nothing is known of are empty. */
export function groupOf(
  spec: DetectorSpec,
  { labels, cohort }: { readonly labels: Labels; readonly cohort: string },
): Labels {
  const { by } = groupingOf(spec);
  if (by.length === 0) return {};
  const known = { ...labelsOfKey(spec.cohort, cohort), ...labels };
  return Object.fromEntries(by.map((name) => [name, known[name] ?? '']));
}

/** The labels of an entity's or cohort's name, which joins their values by `/` (see `entityKey`). */
export function labelsOfKey(names: readonly string[], key: string): Labels {
  // Each value: characters that are neither of the two, or any after a backslash.
  const values = [...`/${key}`.matchAll(/\/((?:[^\\/]|\\.)*)/gs)].map(([, value = '']) =>
    value.replace(/\\(.)/gs, '$1'),
  );
  return Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
}
