/** Builds little-endian bytes field by field; `ByteReader` reads them back in the same order. */
export class ByteWriter {
  readonly #parts: Buffer[] = [];

  number(value: number): this {
    const part = Buffer.alloc(8);
    part.writeDoubleLE(value);
    this.#parts.push(part);
    return this;
  }

  text(value: string): this {
    return this.bytes(Buffer.from(value, 'utf8'));
  }

  bytes(value: Uint8Array): this {
    this.number(value.byteLength);
    this.#parts.push(Buffer.from(value));
    return this;
  }

  float32(values: Float32Array): this {
    return this.bytes(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }

  float64(values: Float64Array): this {
    return this.bytes(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }

  finish(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#parts));
  }
}

/** Reads what `ByteWriter` wrote; throws a RangeError when the bytes end too early. */
export class ByteReader {
  readonly #source: Buffer;
  #position = 0;

  constructor(source: Uint8Array) {
    this.#source = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  }

  number(): number {
    return this.#take(8).readDoubleLE();
  }

  text(): string {
    return this.bytes().toString('utf8');
  }

  bytes(): Buffer {
    return this.#take(this.number());
  }

  float32(): Float32Array {
    const copy = new Uint8Array(this.bytes());
    return new Float32Array(copy.buffer);
  }

  /** Like `float32`; throws a RangeError if one of them is no finite number: a product with it would be none either, and stand for no error. */
  weights(): Float32Array {
    const values = this.float32();
    if (values.every(Number.isFinite)) return values;
    throw new RangeError('a weight of the model is no finite number');
  }

  float64(): Float64Array {
    const copy = new Uint8Array(this.bytes());
    return new Float64Array(copy.buffer);
  }

  #take(length: number): Buffer {
    const end = this.#position + length;
    if (!(length >= 0 && end <= this.#source.length)) {
      throw new RangeError(
        `model bytes end early: ${String(length)} bytes wanted at ${String(this.#position)} of ${String(this.#source.length)}`,
      );
    }
    const part = this.#source.subarray(this.#position, end);
    this.#position = end;
    return part;
  }
}
