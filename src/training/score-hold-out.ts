import { setImmediate } from 'node:timers/promises';
import type { DetectorSpec } from '../core/detector.ts';
import type { ScoringModel } from '../model/scoring-model.ts';
import type { Contribution } from '../pipeline/effects.ts';
import { contributionsOf } from '../pipeline/scoring/contributions.ts';
import type { HoldOutScores } from '../pipeline/scoring/initial-calibrations.ts';
import { EntityGuards } from '../pipeline/scoring/guards/entity-guards.ts';
import { newGuardMemory } from '../pipeline/scoring/guards/guard-memory.ts';
import type { GuardedItem, RawScore } from '../pipeline/scoring/raw-scores.ts';
import { isRowUnusual, scoreRaw } from '../pipeline/scoring/raw-scores.ts';
import type { ChosenRows } from './choose-rows.ts';
import { ResidualBlocks } from './residual-blocks.ts';

/** Items in one call of the model. */
const BATCH = 512;
/** Rows that the guards take in before other work gets its turn. */
const ROWS_AT_ONCE = 4096;

/** What a model says of one entity's hold-out, row by row. */
export interface HoldOutResult extends HoldOutScores {
  /** `null` for a row that is not unusual by itself, which no step over can be; else what led its error. */
  readonly culprits: readonly (Contribution | null)[];
  readonly residuals: ResidualBlocks;
  /** As they are after all rows: what the live path goes on with. */
  readonly guards: EntityGuards;
}

/** How the detector is set, and the way to end early. */
export interface HoldOutOptions {
  readonly spec: Pick<DetectorSpec, 'stepMs' | 'training' | 'features'>;
  readonly signal?: AbortSignal;
}

/**
 * Scores an entity's hold-out rows as the live path would, windows reaching back into training rows and guards that have
 * seen those. Rows with less than `rowsLeast` behind them are left out. Gives way to other work between batches; throws the signal's reason.
 */
export async function scoreHoldOut(
  model: ScoringModel,
  chosen: ChosenRows,
  options: HoldOutOptions,
): Promise<HoldOutResult> {
  const { entity, cohort } = chosen;
  const guards = await trainGuards(model, chosen, options);
  const wanted = itemsOf(model, chosen, guards);
  const steps: number[] = [];
  const raw: number[] = [];
  const culprits: (Contribution | null)[] = [];
  const residuals = new ResidualBlocks(model.profile(entity, cohort).sd);
  for (let at = 0; at < wanted.length; at += BATCH) {
    await setImmediate();
    options.signal?.throwIfAborted();
    const batch = wanted.slice(at, at + BATCH);
    const scores = scoreRaw(model, batch);
    scores.forEach((score, i) => {
      const step = batch[i]?.step ?? Number.NaN;
      steps.push(step);
      raw.push(score.raw);
      culprits.push(culpritOf(score, options.spec.features));
      residuals.add(step, score.model.residuals);
    });
  }
  return { entity, cohort, steps, raw, culprits, residuals, guards };
}

function culpritOf(score: RawScore, features: DetectorSpec['features']): Contribution | null {
  return isRowUnusual(score) ? (contributionsOf(score, features)[0] ?? null) : null;
}

/** The guards after all rows before the hold-out. */
async function trainGuards(
  model: ScoringModel,
  { entity, cohort, stretches, holdOutFrom }: ChosenRows,
  { spec, signal }: HoldOutOptions,
): Promise<EntityGuards> {
  const features = model.features.length;
  const setting = {
    profile: model.profile(entity, cohort),
    stepMs: spec.stepMs,
    timezone: spec.training.timezone,
  };
  const guards = new EntityGuards(setting, newGuardMemory(features, null));
  let rows = 0;
  for (const { firstStep, count, values } of stretches) {
    for (let row = 0; row < count && firstStep + row < holdOutFrom; row++) {
      guards.read(firstStep + row, values.subarray(row * features, (row + 1) * features));
      if (++rows % ROWS_AT_ONCE !== 0) continue;
      await setImmediate();
      signal?.throwIfAborted();
    }
  }
  return guards;
}

function itemsOf(model: ScoringModel, chosen: ChosenRows, guards: EntityGuards): GuardedItem[] {
  const features = model.features.length;
  const { entity, cohort, stretches, holdOutFrom } = chosen;
  const profile = model.profile(entity, cohort);
  return stretches.flatMap(({ firstStep, count, values }) => {
    const first = Math.max(model.rowsLeast - 1, holdOutFrom - firstStep);
    return Array.from({ length: Math.max(0, count - first) }, (_, i) => {
      const row = first + i;
      const rowsCount = Math.min(model.rowsNeeded, row + 1);
      const rows = values.subarray((row + 1 - rowsCount) * features, (row + 1) * features);
      return { step: firstStep + row, entity, cohort, rows, count: rowsCount, profile, guards };
    });
  });
}
