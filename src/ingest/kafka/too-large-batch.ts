import { randomUUID } from 'node:crypto';

/* Layout of a record batch: https://kafka.apache.org/documentation/#recordbatch */
const HEAD_BYTES = 61;
const LENGTH_AT = 8;
const MAGIC_AT = 16;
const COUNT_AT = 57;
/* The broker has checked the count against the records; what claims more is damaged. */
const MOST_RECORDS = 5_000_000;

/* What no producer can know stands for a record that was not unpacked. */
const STAND_IN = Buffer.from(`strayd: not unpacked ${randomUUID()}`);

/** Whether a record's value stands for one that was not unpacked, see `standInsFor`. */
export const isStandIn = (value: Buffer | null): boolean =>
  value !== null && value.length === STAND_IN.length && value.equals(STAND_IN);

/**
 * Records in the place of a batch's own, as bytes that kafkajs decodes: a batch whose records would take too much memory
 * must not end the reading for good. `compressed` is the view of the fetched batch that a codec gets; `null` if it is no
 * part of a batch of the present format.
 */
export const standInsFor = (compressed: Buffer): Buffer | null => {
  const start = compressed.byteOffset - HEAD_BYTES;
  if (start < 0) return null;
  const head = new DataView(compressed.buffer, start, HEAD_BYTES);
  const count = head.getInt32(COUNT_AT);
  const isBatch =
    head.getInt8(MAGIC_AT) === 2 &&
    head.getInt32(LENGTH_AT) === compressed.length + HEAD_BYTES - LENGTH_AT - 4;
  if (!isBatch || count < 0 || count > MOST_RECORDS) return null;
  return Buffer.concat(Array.from({ length: count }, (_, index) => standIn(index)));
};

/* Attributes, time delta, offset delta, no key, the value, no headers; behind their length. */
const standIn = (offsetDelta: number): Buffer => {
  const body = Buffer.concat([
    Buffer.from([0, 0]),
    varint(offsetDelta),
    varint(-1),
    varint(STAND_IN.length),
    STAND_IN,
    varint(0),
  ]);
  return Buffer.concat([varint(body.length), body]);
};

/* Zigzag, then seven bits a byte, the lowest first. */
const varint = (value: number): Buffer => {
  const bytes: number[] = [];
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  return Buffer.from([...bytes, rest]);
};
