declare module 'snappyjs' {
  const snappy: {
    compress(bytes: Uint8Array): Uint8Array;
  };
  export default snappy;
}

declare module 'lz4js' {
  const lz4: {
    /** Upper bound of the unpacked size; throws if it is no frame. */
    decompressBound(bytes: Uint8Array): number;
    /** Writes at most `maxSize` bytes, though it answers as many as there would be. */
    decompress(bytes: Uint8Array, maxSize: number): Uint8Array;
    compressBound(size: number): number;
    /** Answers the compressed size, 0 if it would not get smaller. */
    compressBlock(
      bytes: Uint8Array,
      target: Uint8Array,
      start: number,
      size: number,
      hashTable: Uint32Array,
    ): number;
  };
  export default lz4;
}
