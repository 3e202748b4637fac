import { labelsOf, metricProblem } from './label-rules.ts';
import { readerOf } from './protobuf-reader.ts';
import { endReading, isEmptyReading, startReading, type Reading } from './reading.ts';
import { reject, rejectWhole } from './rejecting.ts';
import { readWriteRequest, type WrittenSeries } from './remote-write-message.ts';
import type { DecodedValue, DecodeLimits, Reject, SampleFormat } from './sample-format.ts';
import { snappyLength, unpackSnappyBlock } from '../snappy-block.ts';

const LAST_MS = 253_402_300_799_999;

function* pairsOf(labels: readonly (string | undefined)[]): Iterable<readonly [string, unknown]> {
  for (let at = 0; at < labels.length; at += 2) {
    const name = labels[at] ?? '';
    if (name !== '__name__') yield [name, labels[at + 1]];
  }
}

const nameOf = (labels: readonly (string | undefined)[]): string => {
  for (let at = 0; at < labels.length; at += 2) if (labels[at] === '__name__') return labels[at + 1] ?? '';
  return '';
};

const takeSeries = (written: WrittenSeries, into: Reading): void => {
  const { limits, samples, rejects } = into;
  into.skipped += written.histograms;
  const metric = nameOf(written.labels);
  const problem = metricProblem(metric, limits);
  const labels = labelsOf(pairsOf(written.labels), limits);
  if (problem !== null || 'problem' in labels) {
    rejects.push(problem ?? (labels as { readonly problem: Reject }).problem);
    return;
  }
  written.values.forEach((value, at) => {
    const timeMs = written.times[at] ?? NaN;
    if (timeMs >= 0 && timeMs <= LAST_MS) samples.push({ metric, labels: labels.labels, timeMs, value });
    else rejects.push(reject('bad_time', `${metric}: Unix ms are expected, seen: ${timeMs}`));
  });
};

/* `null`: it is no snappy block, so it may be a plain message. */
const unpack = (bytes: Uint8Array): Uint8Array | null => {
  try {
    return unpackSnappyBlock(bytes);
  } catch {
    return null;
  }
};

const decodeMessage = (bytes: Uint8Array, limits: DecodeLimits): DecodedValue | null => {
  const reading = startReading(limits);
  try {
    if (!readWriteRequest(readerOf(bytes), (series) => takeSeries(series, reading))) return null;
  } catch {
    return null;
  }
  // A request of metadata alone, as Prometheus sends one each minute, holds nothing for us and nothing wrong.
  if (isEmptyReading(reading)) reading.skipped = 1;
  return endReading(reading);
};

/**
 * Prometheus remote write, 1.0 and 2.0, with snappy or without: the body of the HTTP request as a bridge puts it into
 * Kafka. Native histograms, exemplars and metadata are skipped; a stale marker comes as NaN.
 */
export const remoteWrite: SampleFormat = {
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
    const decoded = unpacked === null ? null : decodeMessage(unpacked, limits);
    return (
      decoded ??
      decodeMessage(bytes, limits) ??
      rejectWhole(
        'bad_encoding',
        'a remote write request (protobuf, with or without snappy) is expected, seen: other bytes',
      )
    );
  },
};
