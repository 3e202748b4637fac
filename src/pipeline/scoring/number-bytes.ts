/** Packs numbers as little-endian doubles, to the bit. */
export function packNumbers(numbers: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(numbers.length * 8);
  const view = new DataView(bytes.buffer);
  numbers.forEach((value, i) => view.setFloat64(i * 8, value, true));
  return bytes;
}

/** Reads packed numbers one after the other. */
export class NumberReader {
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The next number; throws if the bytes end before. */
  next(): number {
    if (this.#at + 8 > this.#view.byteLength) {
      throw new RangeError(`packed numbers end after ${this.#view.byteLength} bytes, one more was expected`);
    }
    const value = this.#view.getFloat64(this.#at, true);
    this.#at += 8;
    return value;
  }

  /** A list that was written as its length and its elements. */
  list(): number[] {
    return Array.from({ length: this.next() }, () => this.next());
  }
}
