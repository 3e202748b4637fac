import type { DetectorSpec } from '../core/detector.ts';
import type { QuietWindows } from '../pipeline/alerts/quiet-windows.ts';
import { subjectOf } from '../pipeline/quiet-entities.ts';
import type { ExcludedSpan, TrainingEntity } from './training-input.ts';

/**
 * The steps that lie in maintenance or in a silence of an Alertmanager, to be left out of training, whenever people said so. No
 * margin as around alerts: the times are known, and windows never reach over a row that is left out.
 */
export function quietSpans(
  windows: QuietWindows,
  entities: readonly Pick<TrainingEntity, 'entity' | 'cohort'>[],
  { spec, newestStep }: { readonly spec: DetectorSpec; readonly newestStep: number },
): ExcludedSpan[] {
  const { stepMs, training } = spec;
  const untilMs = (newestStep + 1) * stepMs;
  const range = { fromMs: untilMs - training.spanMs, untilMs };
  const options = { kinds: ['maintenance', 'silence'] as const, knownByMs: Infinity };
  return entities.flatMap(({ entity, cohort }) =>
    windows
      .spans(() => subjectOf(spec, { key: entity, cohort }), range, options)
      .map((span) => ({
        entity,
        firstStep: Math.floor(span.fromMs / stepMs),
        lastStep: Math.ceil(span.untilMs / stepMs) - 1,
        reason: span.kind,
      })),
  );
}
