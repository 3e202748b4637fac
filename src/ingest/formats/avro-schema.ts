import { AvroError, type AvroCursor } from './avro-cursor.ts';
import { isJsonObject } from './json-path.ts';
import { show } from './rejecting.ts';

/** Reads one value of a schema; throws an `AvroError` if the bytes don't fit. Records and maps become plain objects, bytes hex. */
export type AvroReader = (cursor: AvroCursor, depth?: number) => unknown;

/* A schema that names itself can nest for as long as the bytes last. */
const DEEPEST = 32;

const PRIMITIVES: Readonly<Record<string, AvroReader>> = {
  null: () => null,
  boolean: (cursor) => cursor.boolean(),
  int: (cursor) => cursor.long(),
  long: (cursor) => cursor.long(),
  float: (cursor) => cursor.float(),
  double: (cursor) => cursor.double(),
  bytes: (cursor) => cursor.bytes().toString('hex'),
  string: (cursor) => cursor.string(),
};

/**
 * Reads schemas into readers (https://avro.apache.org/docs/1.12.0/specification/). One instance knows the named types of all schemas
 * that it has read, so that a schema may refer to those read before it.
 */
export class AvroSchemas {
  readonly #named = new Map<string, AvroReader>();

  /** `text` is a schema in JSON. Throws an `AvroError` that says what is wrong with it. */
  read(text: string): AvroReader {
    let schema: unknown;
    try {
      schema = JSON.parse(text);
    } catch {
      // The registry answers primitive types with or without quotes.
      schema = text.trim();
    }
    return this.#reader(schema, '');
  }

  #reader(schema: unknown, namespace: string): AvroReader {
    if (typeof schema === 'string') return this.#byName(schema, namespace);
    if (Array.isArray(schema)) return this.#union(schema, namespace);
    if (!isJsonObject(schema)) throw new AvroError(`a schema is expected, seen: ${show(schema)}`);
    const { type } = schema;
    switch (type) {
      case 'record':
      case 'error':
        return this.#record(schema, namespace);
      case 'enum':
        return this.#define(schema, namespace, () => enumOf(schema));
      case 'fixed':
        return this.#define(schema, namespace, () => fixedOf(schema));
      case 'array':
        return arrayOf(this.#reader(schema['items'], namespace));
      case 'map':
        return mapOf(this.#reader(schema['values'], namespace));
      default:
        return decimalOf(schema) ?? this.#reader(type, namespace);
    }
  }

  #byName(name: string, namespace: string): AvroReader {
    const primitive = Object.hasOwn(PRIMITIVES, name) ? PRIMITIVES[name] : undefined;
    const found = primitive ?? this.#named.get(fullName(name, namespace)) ?? this.#named.get(name);
    if (found === undefined)
      throw new AvroError(`the schema names a type that it does not define: ${show(name)}`);
    return found;
  }

  #define(schema: Readonly<Record<string, unknown>>, namespace: string, make: () => AvroReader): AvroReader {
    const reader = make();
    this.#named.set(nameOf(schema, namespace), reader);
    return reader;
  }

  #record(schema: Readonly<Record<string, unknown>>, namespace: string): AvroReader {
    const { fields } = schema;
    if (!Array.isArray(fields)) throw new AvroError(`a record has a list of fields, seen: ${show(fields)}`);
    const name = nameOf(schema, namespace);
    const parts: (readonly [string, AvroReader])[] = [];
    const reader: AvroReader = (cursor, depth = 0) => {
      if (depth >= DEEPEST) throw new AvroError(`records nested deeper than ${DEEPEST} are not read`);
      const record: Record<string, unknown> = {};
      for (const [key, read] of parts) put(record, key, read(cursor, depth + 1));
      return record;
    };
    // Before its fields, which may name it.
    this.#named.set(name, reader);
    const inner = name.includes('.') ? name.slice(0, name.lastIndexOf('.')) : '';
    for (const field of fields as unknown[]) {
      if (!isJsonObject(field) || typeof field['name'] !== 'string') {
        throw new AvroError(`a field has a name and a type, seen: ${show(field)}`);
      }
      parts.push([field['name'], this.#reader(field['type'], inner)]);
    }
    return reader;
  }

  #union(branches: readonly unknown[], namespace: string): AvroReader {
    const readers = branches.map((branch) => this.#reader(branch, namespace));
    return (cursor, depth) => {
      const index = cursor.long();
      const reader = readers[index];
      if (reader === undefined) throw new AvroError(`a union of ${readers.length} has no branch ${index}`);
      return reader(cursor, depth);
    };
  }
}

const fullName = (name: string, namespace: string): string =>
  name.includes('.') || namespace === '' ? name : `${namespace}.${name}`;

const nameOf = (schema: Readonly<Record<string, unknown>>, outer: string): string => {
  const { name, namespace = outer } = schema;
  if (typeof name !== 'string' || typeof namespace !== 'string') {
    throw new AvroError(`a ${String(schema['type'])} has a name, seen: ${show(name)}`);
  }
  return fullName(name, namespace);
};

const enumOf = ({ symbols }: Readonly<Record<string, unknown>>): AvroReader => {
  if (!Array.isArray(symbols)) throw new AvroError(`an enum has symbols, seen: ${show(symbols)}`);
  return (cursor) => {
    const index = cursor.long();
    const symbol: unknown = symbols[index];
    if (typeof symbol !== 'string')
      throw new AvroError(`an enum of ${symbols.length} has no symbol ${index}`);
    return symbol;
  };
};

const fixedOf = (schema: Readonly<Record<string, unknown>>): AvroReader => {
  const { size } = schema;
  if (typeof size !== 'number') throw new AvroError(`a fixed has a size, seen: ${show(size)}`);
  const scale = scaleOf(schema);
  return (cursor) => {
    const bytes = cursor.fixed(size);
    return scale === null ? bytes.toString('hex') : decimal(bytes, scale);
  };
};

/* The nearest double of a `decimal`; `null` if the schema is none. */
const decimalOf = (schema: Readonly<Record<string, unknown>>): AvroReader | null => {
  const scale = scaleOf(schema);
  if (schema['type'] !== 'bytes' || scale === null) return null;
  return (cursor) => decimal(cursor.bytes(), scale);
};

const scaleOf = ({ logicalType, scale = 0 }: Readonly<Record<string, unknown>>): number | null =>
  logicalType === 'decimal' && typeof scale === 'number' ? scale : null;

const decimal = (bytes: Buffer, scale: number): number => {
  const unscaled = bytes.length === 0 ? 0n : BigInt(`0x${bytes.toString('hex')}`);
  return Number(BigInt.asIntN(8 * bytes.length, unscaled)) / 10 ** scale;
};

/* Blocks of items, each with its count, until one of 0; a negative count is followed by the block's size. */
const readBlocks = (cursor: AvroCursor, item: () => void): void => {
  for (let count = cursor.long(); count !== 0; count = cursor.long()) {
    if (count < 0) {
      count = -count;
      cursor.long();
    }
    // Also of items without bytes, of which a few bytes could claim any number.
    if (count > cursor.left)
      throw new AvroError(`${count} items are claimed where ${cursor.left} bytes are left`);
    for (let index = 0; index < count; index++) item();
  }
};

/* An own key, whatever it is called. */
const put = (object: Record<string, unknown>, key: string, value: unknown): void => {
  if (key !== '__proto__') object[key] = value;
  else Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
};

const arrayOf =
  (items: AvroReader): AvroReader =>
  (cursor, depth) => {
    const list: unknown[] = [];
    readBlocks(cursor, () => void list.push(items(cursor, depth)));
    return list;
  };

const mapOf =
  (values: AvroReader): AvroReader =>
  (cursor, depth) => {
    const map: Record<string, unknown> = {};
    readBlocks(cursor, () => put(map, cursor.string(), values(cursor, depth)));
    return map;
  };
