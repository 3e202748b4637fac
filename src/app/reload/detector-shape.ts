import { isDeepStrictEqual } from 'node:util';
import type { DetectorSpec } from '../../core/detector.ts';
import { shadowName } from '../../core/shadow-name.ts';

type Shape = Pick<
  DetectorSpec,
  'source' | 'select' | 'entity' | 'cohort' | 'features' | 'stepMs' | 'windows'
>;

/**
 * Whether two specs of a detector make the same vectors of the same entities for windows of the same length: only then does what one has
 * learned hold for the other.
 */
export function isSameShape(a: DetectorSpec, b: DetectorSpec): boolean {
  return isDeepStrictEqual(comparable(a), comparable(b));
}

/** How a detector that is to become another one goes on meanwhile: it watches as before, and tells as it is asked to now. */
export function servingSpec(former: DetectorSpec, wanted: DetectorSpec): DetectorSpec {
  const { confirm, grouping: formerGrouping } = former.alert;
  const isSameGrid = former.stepMs === wanted.stepMs;
  const hasSameLabels = isDeepStrictEqual([former.entity, former.cohort], [wanted.entity, wanted.cohort]);
  const { grouping = undefined, ...alert } = wanted.alert;
  // Steps of another length, and labels that its entities don't have, mean nothing to it.
  const kept = hasSameLabels ? grouping : formerGrouping;
  return {
    ...wanted,
    ...shapeOf(former, wanted),
    alert: { ...alert, ...(isSameGrid ? {} : { confirm }), ...(kept !== undefined && { grouping: kept }) },
    ...(isSameGrid
      ? {}
      : { allowedLatenessMs: former.allowedLatenessMs, absentAfterMs: former.absentAfterMs }),
  };
}

/** A detector while it warms up: under a name of its own, and nobody is told of what it finds. */
export function shadowSpec(wanted: DetectorSpec): DetectorSpec {
  return { ...wanted, name: shadowName(wanted.name), mode: 'observe' };
}

/** A feature's gates are the alerts' business. */
function shapeOf(former: DetectorSpec, wanted: DetectorSpec): Shape {
  const { source, select, entity, cohort, stepMs, windows } = former;
  const features = former.features.map(({ gate: formerGate, ...feature }) => {
    const now = wanted.features.find(({ name }) => name === feature.name);
    const gate = now === undefined ? formerGate : now.gate;
    return gate === undefined ? feature : { ...feature, gate };
  });
  return { source, select, entity, cohort, features, stepMs, windows };
}

function comparable({ source, select, entity, cohort, features, stepMs, windows }: DetectorSpec): unknown {
  return {
    source,
    select,
    entity,
    cohort,
    stepMs,
    windows,
    features: features.map(({ name, metric, where, as, quantile, aggregate }) => ({
      name,
      metric,
      where,
      as,
      quantile,
      aggregate,
    })),
  };
}
