import protobuf from 'protobufjs/minimal.js';

/* 64-bit integers as the nearest double, not as objects: times in ms and counts fit, and it is twice as fast. */
protobuf.util.Long = undefined as never;
protobuf.configure();

/** Reads one message's fields one after the other (https://protobuf.dev/programming-guides/encoding/). */
export type ProtobufReader = protobuf.Reader;

/** A reader over the whole of these bytes. Its calls throw a RangeError or Error where the bytes end too early. */
export function readerOf(bytes: Uint8Array): ProtobufReader {
  return protobuf.Reader.create(bytes);
}

/** Wire types: how a field's value is laid out, whatever its meaning. */
export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/**
 * Calls `field` for each field of the message that is `bytes` long from here, with its number and wire type; it reads the
 * value and says so, or returns false and the value is passed over. Throws if the message runs over its end.
 */
export function readMessage(
  reader: ProtobufReader,
  bytes: number,
  field: (number: number, wireType: number) => boolean,
): void {
  const end = reader.pos + bytes;
  if (end > reader.len) throw new RangeError(`a message of ${bytes} bytes runs over the end`);
  while (reader.pos < end) {
    const tag = reader.uint32();
    const number = tag >>> 3;
    if (number === 0) throw new Error('field number 0');
    if (!field(number, tag & 7)) reader.skipType(tag & 7);
  }
  if (reader.pos !== end) throw new RangeError('a field runs over the end of its message');
}
