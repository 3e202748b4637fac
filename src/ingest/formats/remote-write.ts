import { readerOf } from './protobuf-reader.ts';
import { endReading, isEmptyReading, startReading } from './reading.ts';
import { rejectWhole } from './rejecting.ts';
import { readWriteRequest } from './remote-write-message.ts';
import { SeriesTaker } from './remote-write-series.ts';
import type { DecodedValue, DecodeLimits, SampleFormat } from './sample-format.ts';
import { snappyLength, unpackSnappyBlock } from '../snappy-block.ts';

/* `null`: it is no snappy block, so it may be a plain message. */
const unpack = (bytes: Uint8Array): Uint8Array | null => {
  try {
    return unpackSnappyBlock(bytes);
  } catch {
    return null;
  }
};

const decodeMessage = (bytes: Uint8Array, limits: DecodeLimits, taker: SeriesTaker): DecodedValue | null => {
  const reading = startReading(limits);
  taker.begin(limits);
  try {
    const isRequest = readWriteRequest(readerOf(bytes), {
      first: (reader) => taker.takeFirst(reader, reading),
      second: (written) => taker.takeSecond(written, reading),
    });
    if (!isRequest) return null;
  } catch {
    return null;
  }
  // A request of metadata alone, as Prometheus sends one each minute, holds nothing for us and nothing wrong.
  if (isEmptyReading(reading)) reading.skipped = 1;
  return {
    ...endReading(reading),
    ...(taker.isStable && reading.samples.length > 0 && { stableLabels: true as const }),
  };
};

/**
 * Prometheus remote write, 1.0 and 2.0, with snappy or without: the body of the HTTP request as a bridge puts it into
 * Kafka. Native histograms, exemplars and metadata are skipped; a stale marker comes as NaN.
 */
export function remoteWrite(): SampleFormat {
  const taker = new SeriesTaker();
  return {
    name: 'remote_write',
    decode(bytes, limits) {
      const plausible = snappyLength(bytes) <= bytes.length * 22;
      if (plausible && snappyLength(bytes) > limits.maxUnpackedBytes) {
        return rejectWhole(
          'too_large_unpacked',
          `unpacked it would be over the limit of ${limits.maxUnpackedBytes} bytes`,
        );
      }
      const unpacked = unpack(bytes);
      const decoded = unpacked === null ? null : decodeMessage(unpacked, limits, taker);
      return (
        decoded ??
        decodeMessage(bytes, limits, taker) ??
        rejectWhole(
          'bad_encoding',
          'a remote write request (protobuf, with or without snappy) is expected, seen: other bytes',
        )
      );
    },
  };
}
