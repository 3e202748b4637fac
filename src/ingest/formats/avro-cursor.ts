import { isUtf8 } from 'node:buffer';

/** Bytes that are no Avro of their schema. The message is one sentence for people. */
export class AvroError extends Error {
  override readonly name = 'AvroError';
}

/* 49 bits: a sum of them is exact in a double. */
const SAFE_BYTES = 7;
const MOST_VARINT_BYTES = 10;

/** Reads Avro's primitive types one after the other (https://avro.apache.org/docs/1.12.0/specification/#binary-encoding). All throw an `AvroError` where the bytes end too early. */
export class AvroCursor {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  boolean(): boolean {
    const value = this.#bytes[this.#pass(1)];
    if (value !== 0 && value !== 1) throw new AvroError(`a boolean is 0 or 1, seen: ${value}`);
    return value === 1;
  }

  /** An `int` or `long`; beyond 2^53 the nearest double. */
  long(): number {
    let low = 0;
    let high = 0n;
    for (let index = 0, scale = 1; index < MOST_VARINT_BYTES; index++, scale *= 0x80) {
      const byte = this.#bytes[this.#pass(1)] as number;
      const bits = byte & 0x7f;
      if (index < SAFE_BYTES) low += bits * scale;
      else high |= BigInt(bits) << BigInt(7 * index);
      if (byte < 0x80) return high === 0n ? unzigzag(low) : Number(unzigzagBig(high | BigInt(low)));
    }
    throw new AvroError(`an integer is at most ${MOST_VARINT_BYTES} bytes long, here is a longer one`);
  }

  float(): number {
    return this.#bytes.readFloatLE(this.#pass(4));
  }

  double(): number {
    return this.#bytes.readDoubleLE(this.#pass(8));
  }

  bytes(): Buffer {
    return this.fixed(this.long());
  }

  string(): string {
    const size = this.long();
    const from = this.#pass(size);
    if (isAscii(this.#bytes, from, this.#at)) return this.#bytes.toString('latin1', from, this.#at);
    const bytes = this.#bytes.subarray(from, this.#at);
    if (!isUtf8(bytes)) throw new AvroError('a text is not UTF-8');
    return bytes.toString('utf8');
  }

  fixed(size: number): Buffer {
    const from = this.#pass(size);
    return this.#bytes.subarray(from, this.#at);
  }

  /* Goes past so many bytes, and answers where they begin. */
  #pass(size: number): number {
    const from = this.#at;
    if (size < 0 || size > this.#bytes.length - from) {
      throw new AvroError(`${size} bytes are wanted where ${this.left} are left: the schema does not fit`);
    }
    this.#at = from + size;
    return from;
  }
}

function isAscii(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if ((bytes[at] as number) >= 0x80) return false;
  return true;
}

/* Zigzag: 0, -1, 1, -2 … are written as 0, 1, 2, 3. */
const unzigzag = (value: number): number => (value % 2 === 0 ? value / 2 : -(value + 1) / 2);
const unzigzagBig = (value: bigint): bigint => BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
