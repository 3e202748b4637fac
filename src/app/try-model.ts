import type { DetectorSpec } from '../core/detector.ts';
import { beginningContext } from '../pipeline/scoring/beginning-context.ts';
import { newScoringState } from '../pipeline/scoring/scoring-state.ts';
import type { LoadedModel } from './open-model.ts';

/** Begins the scoring of every entity that a model knows, as the live path will; throws if what its file begins them with can't be read. */
export function tryModel({ model, calibrations }: LoadedModel, spec: DetectorSpec): void {
  const context = beginningContext({ spec, model, calibrations });
  const known = new Set([...calibrations.entities.keys(), ...calibrations.guards.entities.keys()]);
  for (const entity of known) newScoringState(context, entity, '');
}
