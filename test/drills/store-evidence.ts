import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/load.ts';
import type { DetectorSpec } from '../../src/core/detector.ts';
import type { PartitionMark } from '../../src/core/records.ts';
import type { AlertRecord } from '../../src/store/alert-repository.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { StoreReader } from '../../src/store/store-reader.ts';
import type { TransitionRecord } from '../../src/store/transition-repository.ts';
import { DETECTOR } from './drill-config.ts';

/** Reads the store beside a running daemon, or after it. */
export function withStore<T>(folder: string, work: (store: StoreReader) => T): T {
  const store = openStore(join(folder, 'data'), { mode: 'read' });
  try {
    return work(store);
  } finally {
    store.close();
  }
}

/** The detector as the configuration in `folder` has it. */
function detectorOf(folder: string): DetectorSpec {
  const { config } = loadConfig(join(folder, 'strayd.yaml'), {}, (path) => readFileSync(path, 'utf8'));
  const spec = config.detectors.find(({ name }) => name === DETECTOR);
  if (spec === undefined) throw new Error(`no detector ${DETECTOR} in ${folder}`);
  return spec;
}

/** Where reading stands, by `topic/partition`. */
export function marksOf(folder: string): Map<string, PartitionMark> {
  return new Map(
    withStore(folder, (store) => store.marks()).map((mark) => [`${mark.topic}/${mark.partition}`, mark]),
  );
}

/** An entity's kept steps as text: numbers by their bits, so that equal texts are equal to the bit. */
export function stepsOf(folder: string, entity: string, fromStep = 0): string[] {
  const spec = detectorOf(folder);
  return withStore(folder, (store) =>
    store
      .keptSteps(spec, entity, { fromStep, toStep: Number.MAX_SAFE_INTEGER })
      .map(
        ({ step, values, filled, raw, score, over }) =>
          `${step} ${[...values].join(' ')} = ${bits(values)} ${filled ? 'filled ' : ''}` +
          `raw ${raw} = ${bits(Float64Array.of(raw))} score ${score} = ${bits(Float64Array.of(score))}${over ? ' over' : ''}`,
      ),
  );
}

/** The parts of steps' texts that do not depend on what was scored before. */
export function vectors(steps: readonly string[]): string[] {
  return steps.map((line) => line.slice(0, line.indexOf('raw')));
}

function bits(values: Float64Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('hex');
}

export function transitionsOf(folder: string): TransitionRecord[] {
  return withStore(folder, (store) => store.listTransitions(DETECTOR));
}

/** Every alert that ever was, those that ended unconfirmed too, by id. */
export function alertsOf(folder: string): AlertRecord[] {
  return withStore(folder, (store) => {
    const ids = [...new Set(store.listTransitions(DETECTOR).map(({ alertId }) => alertId))].sort();
    return ids.flatMap((id) => store.showAlert(id) ?? []);
  });
}

/** How many records of a topic the store has worked on. */
export function recordsDone(folder: string, topic: string): number {
  return [...marksOf(folder).values()]
    .filter((mark) => mark.topic === topic)
    .reduce((sum, { nextOffset }) => sum + nextOffset, 0);
}
