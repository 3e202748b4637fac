import { createHash } from 'node:crypto';
import { ByteReader, ByteWriter } from './byte-stream.ts';
import { createEnsemble } from './ensemble.ts';
import { loadEnsemble } from './ensemble-format.ts';
import type { RememberedBackend } from './backend.ts';
import type { ModelSpec } from '../core/detector.ts';
import { loadKernels } from './kernels.ts';
import type { ModelCard } from './model-card.ts';
import type { ScoringModel } from './scoring-model.ts';

/** The sections of a model file. */
export interface ModelFile {
  /** Members and statistics, as `fitModel` made them. */
  readonly model: Uint8Array;
  /** The score history that came with it, in the pipeline's own bytes; may be empty. */
  readonly calibration: Uint8Array;
  readonly card: ModelCard;
}

const MAGIC = Buffer.from('strayd-model-1\n');
const HASH_BYTES = 32;

/** The name of a model: first 12 hex digits of its bytes' SHA-256, so that equal training gives an equal version. */
export function versionOf(model: Uint8Array): string {
  return createHash('sha256').update(model).digest('hex').slice(0, 12);
}

/** Packs named sections behind a SHA-256 of them all. */
export function packModelFile(file: ModelFile): Uint8Array {
  const writer = new ByteWriter().number(3);
  writer.text('model').bytes(file.model);
  writer.text('calibration').bytes(file.calibration);
  writer.text('card').text(JSON.stringify(file.card));
  const body = writer.finish();
  return new Uint8Array(Buffer.concat([MAGIC, createHash('sha256').update(body).digest(), body]));
}

/** Unpacks a model file; throws if it is none, or if a single bit of it changed. */
export function unpackModelFile(bytes: Uint8Array): ModelFile {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const bodyStart = MAGIC.length + HASH_BYTES;
  if (source.length < bodyStart || !source.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw new Error(
      `not a strayd model file (${String(source.length)} bytes): train again, or roll back to a kept version`,
    );
  }
  const body = source.subarray(bodyStart);
  if (!createHash('sha256').update(body).digest().equals(source.subarray(MAGIC.length, bodyStart))) {
    throw new Error(
      'model file is corrupt (its SHA-256 does not match): train again, or roll back to a kept version',
    );
  }
  const reader = new ByteReader(body);
  const sections = new Map<string, Uint8Array>();
  for (let left = reader.number(); left > 0; left--) sections.set(reader.text(), reader.bytes());
  const section = (name: string): Uint8Array => {
    const found = sections.get(name);
    if (found === undefined) throw new Error(`model file lacks the section "${name}": train again`);
    return new Uint8Array(found);
  };
  const card = JSON.parse(Buffer.from(section('card')).toString('utf8')) as ModelCard;
  return { model: section('model'), calibration: section('calibration'), card };
}

/** Loads a model file's model, ready to score synchronously; `auto` is what its training found fastest. */
export async function loadModel(bytes: Uint8Array, backend: ModelSpec['backend']): Promise<ScoringModel> {
  const { model, card } = unpackModelFile(bytes);
  const kernels = await loadKernels(backend, rememberedBackend(card));
  return createEnsemble(loadEnsemble(model, kernels), versionOf(model));
}

function rememberedBackend({ backend, batchMs }: ModelCard): RememberedBackend | undefined {
  if (backend === 'none' || batchMs === undefined) return undefined;
  return { name: backend, hadNative: batchMs.native !== undefined };
}
