import { createHash } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import type { DetectorSpec } from '../core/detector.ts';

/** A detector with one list of features: what a kept row's columns mean. */
export interface FeatureSet {
  readonly id: number;
  readonly detector: string;
  readonly stepMs: number;
  readonly featureCount: number;
}

interface Row {
  readonly id: number;
  readonly detector: string;
  readonly step_ms: number;
  readonly features: string;
}

/** All that gives a column its meaning and a step number its time; units are only for people. */
function fingerprintOf(spec: DetectorSpec): string {
  const features = spec.features.map(({ name, metric, where, as, quantile, aggregate }) => ({
    name,
    metric,
    where: where.map(({ label, op, value }) => [label, op, value]),
    as,
    // Only where there is one, so that the others' fingerprints stay.
    ...(quantile !== undefined && { quantile }),
    aggregate,
  }));
  return createHash('sha256')
    .update(JSON.stringify({ stepMs: spec.stepMs, features }))
    .digest('hex')
    .slice(0, 32);
}

function setOf(row: Row): FeatureSet {
  const features = JSON.parse(row.features) as string[];
  return { id: row.id, detector: row.detector, stepMs: row.step_ms, featureCount: features.length };
}

/** Table `feature_sets`: which detector had which features, and how far its event time is. */
export class FeatureSetRepository {
  readonly #find;
  readonly #insert;
  readonly #newest;
  readonly #advance;
  readonly #aged;
  readonly #delete;

  constructor(database: Database) {
    this.#find = database.prepare<[string, string], Row>(
      'SELECT id, detector, step_ms, features FROM feature_sets WHERE detector = ? AND fingerprint = ?',
    );
    this.#insert = database.prepare<[string, string, string, number]>(
      'INSERT INTO feature_sets (detector, fingerprint, features, step_ms) VALUES (?, ?, ?, ?)',
    );
    this.#newest = database
      .prepare<[number], number | null>('SELECT newest_ms FROM feature_sets WHERE id = ?')
      .pluck();
    this.#advance = database.prepare<[number, number]>(
      'UPDATE feature_sets SET newest_ms = max(coalesce(newest_ms, -9e99), ?) WHERE id = ?',
    );
    this.#aged = database
      .prepare<[number], number>(
        'SELECT id FROM feature_sets WHERE newest_ms < (SELECT max(newest_ms) FROM feature_sets) - ?',
      )
      .pluck();
    this.#delete = database.prepare<[number]>('DELETE FROM feature_sets WHERE id = ?');
  }

  find(spec: DetectorSpec): FeatureSet | null {
    const row = this.#find.get(spec.name, fingerprintOf(spec));
    return row === undefined ? null : setOf(row);
  }

  /** The detector's set, made if this list of features is new. */
  declare(spec: DetectorSpec): FeatureSet {
    const known = this.find(spec);
    if (known !== null) return known;
    const names = JSON.stringify(spec.features.map((feature) => feature.name));
    const { lastInsertRowid } = this.#insert.run(spec.name, fingerprintOf(spec), names, spec.stepMs);
    return {
      id: Number(lastInsertRowid),
      detector: spec.name,
      stepMs: spec.stepMs,
      featureCount: spec.features.length,
    };
  }

  /** Newest event time of the set's entities, ms; -Infinity before the first. */
  newestMs(id: number): number {
    return this.#newest.get(id) ?? -Infinity;
  }

  advance(id: number, newestMs: number): void {
    if (Number.isFinite(newestMs)) this.#advance.run(newestMs, id);
  }

  /** Sets whose event time is more than `ageMs` behind the newest of all: detectors or features that are no more. */
  agedIds(ageMs: number): number[] {
    return this.#aged.all(ageMs);
  }

  delete(id: number): void {
    this.#delete.run(id);
  }
}
