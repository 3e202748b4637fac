/** The JSON value of these bytes; `undefined` if they are none. Bytes that are not UTF-8 have to be refused before. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch {
    return undefined;
  }
}
