import { rmSync } from 'node:fs';
import type { DetectorSpec } from '../../src/core/detector.ts';
import type { StepRecord } from '../../src/pipeline/effects.ts';
import { loadedRows } from '../model/fleet-rows.ts';
import { entityBytes } from '../../src/pipeline/entity-bytes.ts';
import { newEntity } from '../../src/pipeline/entity.ts';
import type { EntityRow } from '../../src/pipeline/checkpoint.ts';
import type { EntityNormals } from '../../src/pipeline/scoring/normals/normal.ts';
import {
  checkpointOf,
  detectorSpec,
  entityRow,
  openWriter,
  temporaryDirectory,
} from '../store/sample-checkpoints.ts';

const DAY_MS = 86_400_000;
const ENTITIES = ['db-1', 'db-2', 'web-1'];
const HISTORY_STEPS = 400;

/** A detector of two features whose linear model trains in a moment. */
export function trainableSpec(change: Partial<DetectorSpec> = {}): DetectorSpec {
  const base = detectorSpec();
  return detectorSpec({
    model: { ...base.model, type: 'linear', backend: 'wasm' },
    training: { ...base.training, spanMs: 28 * DAY_MS, quarantineMs: 7 * DAY_MS, minSteps: 200 },
    ...change,
  });
}

/** A store that holds a history to train on. */
export interface TrainingStore {
  readonly path: string;
  remove(): void;
}

/** Makes one, of some steps of three entities. */
export function trainingStore(specs: readonly DetectorSpec[], steps = HISTORY_STEPS): TrainingStore {
  const path = temporaryDirectory();
  addSteps(path, specs, { from: 0, to: steps });
  return { path, remove: () => rmSync(path, { recursive: true }) };
}

/** Adds steps [from, to) to a store. Up to `HISTORY_STEPS` they are rough, later ones calm. */
export function addSteps(
  path: string,
  specs: readonly DetectorSpec[],
  { from, to }: { readonly from: number; readonly to: number },
): void {
  const store = openWriter(path);
  store.declareDetectors(specs);
  for (const spec of specs) {
    const features = spec.features.length;
    const steps = ENTITIES.flatMap((entity, index) => {
      const rows = loadedRows({ count: to, features, seed: index + 1 });
      return Array.from({ length: to - from }, (_, offset): StepRecord => {
        const step = from + offset;
        const rough = step < HISTORY_STEPS ? 10 * Math.sin(step * step) : 0;
        const row = rows.slice(step * features, (step + 1) * features);
        const values = row.map((value, feature) => value + feature * rough);
        return { vector: { detector: spec.name, entity, step, values, filled: false }, scored: null };
      });
    });
    const entities = ENTITIES.map((entity) => watchedRow(spec, entity, to - 1));
    store.applyCheckpoint(checkpointOf({ effects: { steps }, entities }), { outbox: [] });
  }
  store.close();
}

/** An entity's row as the pipeline can read it; `normals`: levels that were accepted of it. */
export function watchedRow(
  spec: DetectorSpec,
  entity: string,
  lastClosedStep: number,
  normals: EntityNormals | null = null,
): EntityRow {
  const row = entityRow(entity, lastClosedStep, spec.name);
  return { ...row, state: entityBytes(spec, { ...newEntity(spec, entity, row.labels), normals }) };
}
