import type { DetectorSpec } from '../core/detector.ts';
import { labelsOfKey } from './alerts/incident-group.ts';
import type { WindowSubject } from './alerts/quiet-window.ts';
import type { QuietWindows } from './alerts/quiet-windows.ts';
import { CALIBRATION_KEPT_MS, type CalibrationExclusion } from './scoring/calibration-exclusion.ts';

/** An entity as quiet windows match it. */
export function subjectOf(
  spec: Pick<DetectorSpec, 'name' | 'alert' | 'entity' | 'cohort'>,
  { key, cohort }: { readonly key: string; readonly cohort: string },
): WindowSubject {
  return {
    detector: spec.name,
    severity: spec.alert.severity,
    entity: key,
    labels: { ...labelsOfKey(spec.cohort, cohort), ...labelsOfKey(spec.entity, key) },
  };
}

interface Watched {
  readonly spec: DetectorSpec;
  readonly quiet: QuietWindows;
  readonly entities: ReadonlyMap<string, { readonly cohort: string }>;
}

/** The maintenance that a refit of an entity's threshold at a step leaves out, up to the longest window after its end: so long scores remember it. */
export function maintenanceOf(
  { spec, quiet, entities }: Watched,
  entity: string,
  atStep: number,
): CalibrationExclusion[] {
  const { name: detector, stepMs, windows } = spec;
  const atMs = atStep * stepMs;
  const subject = (): WindowSubject =>
    subjectOf(spec, { key: entity, cohort: entities.get(entity)?.cohort ?? '' });
  const spans = quiet.spans(
    subject,
    { fromMs: atMs - CALIBRATION_KEPT_MS, untilMs: atMs },
    { kinds: ['maintenance'], knownByMs: atMs },
  );
  return spans.map(({ fromMs, untilMs }) => ({
    detector,
    entity,
    fromStep: Math.floor(fromMs / stepMs),
    toStep: Math.ceil(untilMs / stepMs) - 1 + Math.max(...windows),
    effectiveStep: atStep,
    alerts: 0,
  }));
}
