import type { DetectorSpec } from '../../core/detector.ts';
import { guardRemark } from '../alerts/guard-text.ts';
import { formatQuantity, formatRange } from '../alerts/quantity.ts';
import type { Contribution } from '../effects.ts';
import { contributionsOf } from '../scoring/contributions.ts';
import { atLevel, mapOf } from '../scoring/normals/normal-views.ts';
import type { FeatureReading } from './step-explanation.ts';
import type { ReplayedStep } from './replay-kept.ts';

const UNKNOWN = '–';

/** A number as JSON can hold it. */
export const known = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;

/** All features at a step, largest share first; without a score, as they are listed and with what was seen alone. */
export function featureReadings({ features }: DetectorSpec, { kept, score }: ReplayedStep): FeatureReading[] {
  if (score === null) {
    return features.map(({ name, unit }, column) => unscored({ name, unit }, known(kept.values[column])));
  }
  const { model, profile, normal } = score.parts;
  return contributionsOf(score.parts, features, features.length).map((contribution) => {
    const column = features.findIndex(({ name }) => name === contribution.feature);
    const { feature, unit, ratio } = contribution;
    // What training has shown, told at the entity's level.
    const map = mapOf(normal?.maps ?? [], feature);
    const atOwnLevel = (value: number | undefined): number | null => known(atLevel(map, value ?? Number.NaN));
    const [low, high] = [atOwnLevel(profile.low[column]), atOwnLevel(profile.high[column])];
    const [seen, expected] = [known(contribution.seen), known(contribution.expected)];
    return {
      feature,
      unit,
      seen,
      expected,
      error: known(Math.sqrt(model.residuals[column] ?? Number.NaN)),
      share: known(ratio),
      range: low === null || high === null ? null : { low, high },
      outside: contribution.range !== null,
      guard: contribution.guard ?? null,
      text: {
        seen: quantityText(seen, unit),
        expected: quantityText(expected, unit),
        remark: remarkOn(contribution),
      },
    };
  });
}

function unscored(
  { name, unit }: { readonly name: string; readonly unit: string },
  seen: number | null,
): FeatureReading {
  return {
    feature: name,
    unit,
    seen,
    expected: null,
    error: null,
    share: null,
    range: null,
    outside: false,
    guard: null,
    text: { seen: quantityText(seen, unit), expected: UNKNOWN, remark: '' },
  };
}

function quantityText(value: number | null, unit: string): string {
  return value === null ? UNKNOWN : formatQuantity(value, unit);
}

function remarkOn(contribution: Contribution): string {
  const { seen, range, unit } = contribution;
  if (range === null) return guardRemark(contribution) ?? '';
  const side = seen < range.low ? 'below' : 'above';
  return `${side} all of training (${formatRange(range.low, range.high, unit)})`;
}
