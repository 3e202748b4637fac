import type { DetectorSpec } from '../core/detector.ts';
import type { Labels } from '../core/sample.ts';
import { prometheusLabels } from '../core/prometheus-labels.ts';
import { labelsOfKey } from '../pipeline/series/entity-key.ts';

/** The labels of `strayd_entity_info`: detector, entity, and the entity's own as Prometheus takes them, made from its name. */
export function entityInfo(
  { name, entity: names }: Pick<DetectorSpec, 'name' | 'entity'>,
  entity: string,
): Labels {
  return prometheusLabels(labelsOfKey(names, entity), { detector: name, entity });
}

/** The names that the labels of these detectors' entities have there. */
export function entityInfoLabels(detectors: readonly Pick<DetectorSpec, 'name' | 'entity'>[]): string[] {
  const names = detectors.flatMap((spec) =>
    Object.keys(entityInfo(spec, spec.entity.map(() => 'x').join('/'))),
  );
  return [...new Set(['detector', 'entity', ...names])];
}
