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
    const value = this.#take(1)[0];
    if (value !== 0 && value !== 1) throw new AvroError(`a boolean is 0 or 1, seen: ${value}`);
    return value === 1;
  }

  /** An `int` or `long`; beyond 2^53 the nearest double. */
  long(): number {
    let low = 0;
    let high = 0n;
    for (let index = 0; index < MOST_VARINT_BYTES; index++) {
      const byte = this.#take(1)[0] ?? 0;
      const bits = byte & 0x7f;
      if (index < SAFE_BYTES) low += bits * 2 ** (7 * index);
      else high |= BigInt(bits) << BigInt(7 * index);
      if (byte < 0x80) return high === 0n ? unzigzag(low) : Number(unzigzagBig(high | BigInt(low)));
    }
    throw new AvroError(`an integer is at most ${MOST_VARINT_BYTES} bytes long, here is a longer one`);
  }

  float(): number {
    return this.#take(4).readFloatLE(0);
  }

  double(): number {
    return this.#take(8).readDoubleLE(0);
  }

  bytes(): Buffer {
    return this.fixed(this.long());
  }

  string(): string {
    const bytes = this.bytes();
    if (!isUtf8(bytes)) throw new AvroError('a text is not UTF-8');
    return bytes.toString('utf8');
  }

  fixed(size: number): Buffer {
    return this.#take(size);
  }

  #take(size: number): Buffer {
    if (size < 0 || size > this.left) {
      throw new AvroError(`${size} bytes are wanted where ${this.left} are left: the schema does not fit`);
    }
    this.#at += size;
    return this.#bytes.subarray(this.#at - size, this.#at);
  }
}

/* Zigzag: 0, -1, 1, -2 … are written as 0, 1, 2, 3. */
const unzigzag = (value: number): number => (value % 2 === 0 ? value / 2 : -(value + 1) / 2);
const unzigzagBig = (value: bigint): bigint => BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
