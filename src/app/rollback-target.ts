import type { ModelRecord } from '../store/model-repository.ts';
import { ModelRefusal } from './model-refusal.ts';

/** Where a rollback leads: the version to use, and the one whose place it takes, if any is in use. */
export interface RollbackTarget {
  readonly target: ModelRecord;
  readonly active: ModelRecord | null;
}

/**
 * Finds the version to go back to among a detector's kept ones: the wanted one, which may be shortened, or without a wish the one
 * that was in use last. Throws a `ModelRefusal` if there is none, or if it is in use.
 */
export function rollbackTarget(
  detector: string,
  models: readonly ModelRecord[],
  wanted: string | null,
): RollbackTarget {
  const active = models.find(({ status }) => status === 'active') ?? null;
  const target = wanted === null ? lastUsed(models) : findVersion(models, wanted);
  if (target === null) {
    throw new ModelRefusal(
      'unknown',
      `No version of ${detector} was in use before; "models list" shows what is kept.`,
    );
  }
  if (target.status === 'active') {
    throw new ModelRefusal('refused', `Version ${target.version} of ${detector} is in use already.`);
  }
  return { target, active };
}

/** The version with that name or beginning. Throws a `ModelRefusal` if there is none or several. */
export function findVersion<T extends { readonly version: string }>(models: readonly T[], wanted: string): T {
  const found = models.filter(({ version }) => version.startsWith(wanted));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const exact = found.find(({ version }) => version === wanted);
  if (exact !== undefined) return exact;
  const kept = models.map(({ version }) => version).join(', ') || 'none';
  const how = found.length === 0 ? 'There is no version' : 'Several versions begin with';
  throw new ModelRefusal('unknown', `${how} ${JSON.stringify(wanted)}; kept are ${kept}.`);
}

function lastUsed(models: readonly ModelRecord[]): ModelRecord | null {
  const used = models.filter(({ status, effectiveStep }) => status === 'retired' && effectiveStep !== null);
  return used.sort((a, b) => (b.effectiveStep ?? 0) - (a.effectiveStep ?? 0))[0] ?? null;
}
