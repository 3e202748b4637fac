import type { Sample } from '../../core/sample.ts';
import type { DecodedValue, DecodeLimits, Reject } from './sample-format.ts';

/** A record while it is being read: what has been found so far. */
export interface Reading {
  readonly limits: DecodeLimits;
  readonly samples: Sample[];
  readonly rejects: Reject[];
  skipped: number;
}

/** Before the first record nothing may be read. */
export const NO_LIMITS: DecodeLimits = {
  maxRecordBytes: 0,
  maxUnpackedBytes: 0,
  maxLabels: 0,
  maxLabelLength: 0,
  maxSamplesPerRecord: 0,
};

/** A reading of which nothing has been read yet. */
export function startReading(limits: DecodeLimits): Reading {
  return { limits, samples: [], rejects: [], skipped: 0 };
}

/** What has been read. */
export function endReading({ samples, rejects, skipped }: Reading): DecodedValue {
  return { samples, rejects, skipped };
}

/** True if neither samples nor anything wrong nor anything to skip has been found. */
export function isEmptyReading({ samples, rejects, skipped }: Reading): boolean {
  return samples.length + rejects.length + skipped === 0;
}
