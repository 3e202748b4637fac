import { AvroCursor, AvroError } from './avro-cursor.ts';
import type { AvroReader } from './avro-schema.ts';
import { mappedReader, type RecordMapping } from './mapped-records.ts';
import { reject } from './rejecting.ts';
import type { FormatWait, Reject, SampleFormat } from './sample-format.ts';

/** What is known of a schema id: how to read its records, or why they can't be read. */
export type KnownSchema = { readonly read: AvroReader } | { readonly problem: Reject };

/** Where schemas come from. */
export interface SchemaSource {
  /** `undefined` if it was never asked for. */
  schema(id: number): KnownSchema | undefined;
  /** Resolves when all ids are known, or when the wait is aborted. */
  learn(ids: ReadonlySet<number>, wait: FormatWait): Promise<void>;
}

const HEADER_BYTES = 5;

/** The schema's id in a record of Confluent's wire format, `null` if it is none: a zero, four bytes of id, the value. */
export const schemaIdOf = (bytes: Uint8Array): number | null => {
  if (bytes.length < HEADER_BYTES || bytes[0] !== 0) return null;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).readUInt32BE(1);
};

/** One record's value as nested plain objects, by its schema, or what is wrong with it. */
export function readAvro(
  bytes: Uint8Array,
  schemas: Pick<SchemaSource, 'schema'>,
): { readonly value: unknown } | { readonly problem: Reject } {
  const id = schemaIdOf(bytes);
  if (id === null) {
    const start = Buffer.from(bytes.subarray(0, HEADER_BYTES)).toString('hex');
    const detail = `Confluent's wire format begins with a zero byte and a schema's id, seen: 0x${start}`;
    return { problem: reject('bad_encoding', detail) };
  }
  const schema = schemas.schema(id);
  if (schema === undefined) return { problem: reject('unknown_schema', `schema ${id} was never asked for`) };
  if ('problem' in schema) return schema;
  const cursor = new AvroCursor(bytes.subarray(HEADER_BYTES));
  try {
    const value = schema.read(cursor);
    if (cursor.left > 0) throw new AvroError(`${cursor.left} bytes are left over`);
    return { value };
  } catch (error) {
    if (!(error instanceof AvroError)) throw error;
    return { problem: reject('bad_encoding', `no record of schema ${id}: ${error.message}`) };
  }
}

/**
 * Avro in Confluent's wire format, read by a mapping of paths as JSON is; the schemas come from a registry. NaN and infinities are
 * samples, decimals the nearest double, bytes hexadecimal texts.
 */
export function avro(mapping: RecordMapping, schemas: SchemaSource): SampleFormat {
  const readMapped = mappedReader(mapping, { nonFinite: true });
  return {
    name: 'avro',
    prepare(values, wait) {
      const ids = values.map((value) => (value === null ? null : schemaIdOf(value)));
      return schemas.learn(new Set(ids.filter((id) => id !== null)), wait);
    },
    decode(bytes, limits) {
      const read = readAvro(bytes, schemas);
      return 'problem' in read ? { samples: [], rejects: [read.problem] } : readMapped(read.value, limits);
    },
  };
}
