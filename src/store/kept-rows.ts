import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { KeptStep } from '../pipeline/checkpoint.ts';
import type { StepRecord } from '../pipeline/effects.ts';

/** Columns beside the features: raw, score, flags. */
const EXTRA_COLUMNS = 3;
const FILLED = 1;
const OVER = 2;
const ALERTABLE = 4;
/** Above the flags stands the id of the level that explained the step, one more than it is; 0: none was accepted. */
const LEVEL = 8;

/** Kept steps of one entity, ascending: `steps` `[count]`, `cells` `[count, width]` with the features first. */
export interface KeptRows {
  readonly steps: Float64Array;
  readonly cells: Float64Array;
}

/** Values in a kept row of a detector with `featureCount` features. */
export function widthOf(featureCount: number): number {
  return featureCount + EXTRA_COLUMNS;
}

/** The row of one closed step, `[width]`. */
export function encodeStep(record: StepRecord): Float64Array {
  const { vector, scored } = record;
  const featureCount = vector.values.length;
  const cells = new Float64Array(widthOf(featureCount));
  cells.set(vector.values);
  cells[featureCount] = scored?.raw ?? Number.NaN;
  cells[featureCount + 1] = scored?.score ?? Number.NaN;
  cells[featureCount + 2] = flagsOf(record);
  return cells;
}

function flagsOf({ vector, scored, normal }: StepRecord): number {
  return (
    (vector.filled ? FILLED : 0) +
    (scored?.over === true ? OVER : 0) +
    (scored?.alertable === true ? ALERTABLE : 0) +
    (normal === undefined ? 0 : (normal + 1) * LEVEL)
  );
}

/** All rows as the pipeline and people's views want them. */
export function decodeSteps(rows: KeptRows, width: number): KeptStep[] {
  const featureCount = width - EXTRA_COLUMNS;
  return Array.from(rows.steps, (step, index) => {
    const row = rows.cells.subarray(index * width, (index + 1) * width);
    const flags = row[featureCount + 2] ?? 0;
    const level = Math.floor(flags / LEVEL);
    return {
      step,
      values: row.slice(0, featureCount),
      filled: (flags & FILLED) !== 0,
      raw: row[featureCount] ?? Number.NaN,
      score: row[featureCount + 1] ?? Number.NaN,
      over: (flags & OVER) !== 0,
      alertable: (flags & ALERTABLE) !== 0,
      ...(level > 0 && { normal: level - 1 }),
    };
  });
}

/** The same as columns: `values` `[count, features]`, the others `[count]`. */
export function decodeColumns(cells: Float64Array, width: number) {
  const count = cells.length / width;
  const featureCount = width - EXTRA_COLUMNS;
  const values = new Float64Array(count * featureCount);
  const raw = new Float64Array(count);
  const score = new Float64Array(count);
  const filled = new Uint8Array(count);
  const over = new Uint8Array(count);
  for (let index = 0; index < count; index++) {
    const at = index * width;
    values.set(cells.subarray(at, at + featureCount), index * featureCount);
    raw[index] = cells[at + featureCount] ?? Number.NaN;
    score[index] = cells[at + featureCount + 1] ?? Number.NaN;
    const flags = cells[at + featureCount + 2] ?? 0;
    filled[index] = (flags & FILLED) === 0 ? 0 : 1;
    over[index] = (flags & OVER) === 0 ? 0 : 1;
  }
  return { values, raw, score, filled, over };
}

/** Distances of ascending steps from the first one, a byte each: steps of one block lie less than 256 apart. */
export function packSteps(steps: ArrayLike<number>): Buffer {
  const first = steps[0] ?? 0;
  return Buffer.from(Array.from(steps, (step) => step - first));
}

export function unpackSteps(first: number, packed: Uint8Array): Float64Array {
  return Float64Array.from(packed, (distance) => first + distance);
}

/** The bytes of a row or of several, in the machine's own order (little endian on all that Node 20 runs on). */
export function packCells(cells: Float64Array): Buffer {
  return Buffer.from(cells.buffer, cells.byteOffset, cells.byteLength);
}

export function unpackCells(bytes: Uint8Array): Float64Array {
  const cells = new Float64Array(bytes.byteLength / Float64Array.BYTES_PER_ELEMENT);
  new Uint8Array(cells.buffer).set(bytes);
  return cells;
}

/** A finished block's cells: server metrics shrink to about a third, noise to 85 %, in some 0.1 ms. */
export function compressCells(cells: Float64Array): Buffer {
  return deflateRawSync(packCells(cells), { level: 1 });
}

export function decompressCells(bytes: Uint8Array): Float64Array {
  return unpackCells(inflateRawSync(bytes));
}

/** Pieces joined end to end; they must be in order. */
export function concatRows(pieces: readonly KeptRows[]): KeptRows {
  const steps = new Float64Array(pieces.reduce((sum, piece) => sum + piece.steps.length, 0));
  const cells = new Float64Array(pieces.reduce((sum, piece) => sum + piece.cells.length, 0));
  let stepsAt = 0;
  let cellsAt = 0;
  for (const piece of pieces) {
    steps.set(piece.steps, stepsAt);
    cells.set(piece.cells, cellsAt);
    stepsAt += piece.steps.length;
    cellsAt += piece.cells.length;
  }
  return { steps, cells };
}

/** The rows of both, ascending; a step that both hold is taken from the first. */
export function uniteRows(a: KeptRows, b: KeptRows): KeptRows {
  const width = (a.cells.length + b.cells.length) / (a.steps.length + b.steps.length);
  const rows = new Map<number, Float64Array>();
  for (const { steps, cells } of [b, a]) {
    steps.forEach((step, index) => rows.set(step, cells.subarray(index * width, (index + 1) * width)));
  }
  const ordered = [...rows].sort(([stepA], [stepB]) => stepA - stepB);
  return concatRows(ordered.map(([step, cells]) => ({ steps: Float64Array.of(step), cells })));
}

/**
 * Joins pieces of one entity, dropping what is there twice and what lies outside [fromStep, toStep]. A step that several
 * pieces hold is the same in all of them: a block stands in two places only while it moves.
 */
export function mergeRows(pieces: readonly KeptRows[], fromStep: number, toStep: number): KeptRows {
  const sorted = pieces.filter((piece) => piece.steps.length > 0);
  sorted.sort((a, b) => (a.steps[0] ?? 0) - (b.steps[0] ?? 0));
  let newest = fromStep - 1;
  const parts: KeptRows[] = [];
  for (const { steps, cells } of sorted) {
    const width = cells.length / steps.length;
    const begin = steps.findIndex((step) => step > newest);
    if (begin < 0) continue;
    const beyond = steps.findIndex((step) => step > toStep);
    const end = beyond < 0 ? steps.length : beyond;
    if (end <= begin) continue;
    parts.push({ steps: steps.subarray(begin, end), cells: cells.subarray(begin * width, end * width) });
    newest = steps[end - 1] ?? newest;
  }
  return concatRows(parts);
}
