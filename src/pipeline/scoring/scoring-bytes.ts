/** What a calibration row holds: the tail of an entity's scores and its guards, both as bytes. */
export interface ScoringBytes {
  readonly calibration: Uint8Array;
  readonly guards: Uint8Array;
}

const HEADER = 4;

/** Joins both: the calibration's length (never 0), then the calibration, then the guards. */
export function packScoring({ calibration, guards }: ScoringBytes): Uint8Array {
  const bytes = new Uint8Array(HEADER + calibration.length + guards.length);
  new DataView(bytes.buffer).setUint32(0, calibration.length, true);
  bytes.set(calibration, HEADER);
  bytes.set(guards, HEADER + calibration.length);
  return bytes;
}

/** Takes a row apart. */
export function unpackScoring(bytes: Uint8Array): ScoringBytes {
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true);
  return {
    calibration: bytes.subarray(HEADER, HEADER + length),
    guards: bytes.subarray(HEADER + length),
  };
}
