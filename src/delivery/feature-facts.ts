import type { TemplateFeature } from '../core/template-variables.ts';
import type { Contribution } from '../pipeline/effects.ts';

/** One feature's part in an alert as bodies and templates tell it. */
export function featureFacts({
  feature: name,
  unit,
  ratio,
  seen,
  expected,
  range,
}: Contribution): TemplateFeature {
  const direction = seen > expected ? 'up' : seen < expected ? 'down' : 'same';
  return { name, unit, share: Math.min(1, Math.max(0, ratio)), seen, expected, direction, range };
}
