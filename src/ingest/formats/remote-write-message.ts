import { readMessage, WIRE, type ProtobufReader } from './protobuf-reader.ts';

/** A series of a remote write request as it lies on the wire: label names and values in turn. */
export interface WrittenSeries {
  /** name, value, name, value …; a hole in the symbol table is `undefined`. */
  readonly labels: readonly (string | undefined)[];
  readonly values: readonly number[];
  /** Unix ms, as many as `values`. */
  readonly times: readonly number[];
  readonly histograms: number;
}

interface Building {
  labels: (string | undefined)[];
  values: number[];
  times: number[];
  histograms: number;
}

const newSeries = (): Building => ({ labels: [], values: [], times: [], histograms: 0 });

/* Sample: value = 1 (double), timestamp = 2 (int64), the same in both versions. */
const readSample = (reader: ProtobufReader, into: Building): void => {
  let value = 0;
  let timeMs = 0;
  readMessage(reader, reader.uint32(), (number, wire) => {
    if (number === 1 && wire === WIRE.fixed64) value = reader.double();
    else if (number === 2 && wire === WIRE.varint) timeMs = Number(reader.int64());
    else return false;
    return true;
  });
  into.values.push(value);
  into.times.push(timeMs);
};

const readLabel = (reader: ProtobufReader, into: Building): void => {
  let name = '';
  let value = '';
  readMessage(reader, reader.uint32(), (number, wire) => {
    if (wire !== WIRE.bytes || number > 2) return false;
    if (number === 1) name = reader.string();
    else value = reader.string();
    return true;
  });
  into.labels.push(name, value);
};

/** Reads a series of version 1.0, its length first: labels = 1, samples = 2, exemplars = 3, histograms = 4. Throws if it is broken. */
export const readSeries1 = (reader: ProtobufReader): WrittenSeries => {
  const series = newSeries();
  readMessage(reader, reader.uint32(), (number, wire) => {
    if (wire !== WIRE.bytes) return false;
    if (number === 1) readLabel(reader, series);
    else if (number === 2) readSample(reader, series);
    else if (number === 4) series.histograms += 1;
    return number === 1 || number === 2;
  });
  return series;
};

/* 2.0: labels_refs = 1 (packed), samples = 2, histograms = 3, exemplars = 4, metadata = 5. */
const readSeries2 = (reader: ProtobufReader, symbols: readonly string[]): WrittenSeries => {
  const series = newSeries();
  const readRef = (): void => void series.labels.push(symbols[reader.uint32()]);
  readMessage(reader, reader.uint32(), (number, wire) => {
    if (number === 1 && wire === WIRE.varint) readRef();
    else if (wire !== WIRE.bytes) return false;
    else if (number === 1) {
      const end = reader.uint32() + reader.pos;
      while (reader.pos < end) readRef();
      if (reader.pos !== end) throw new RangeError('labels_refs runs over its end');
    } else if (number === 2) readSample(reader, series);
    else if (number === 3) series.histograms += 1;
    return number <= 2;
  });
  return series;
};

/** Who takes the series of a request in. */
export interface SeriesVisitor {
  /** A series of version 1.0 comes next, its length first: reads all of it. */
  first(reader: ProtobufReader): void;
  /** A series of version 2.0. */
  second(written: WrittenSeries): void;
}

/**
 * Shows each series of a remote write request, 1.0 or 2.0: their field numbers differ, so that the bytes
 * themselves tell which it is. Returns whether anything that either version knows was there; throws on a broken message.
 * Source: prompb/types.proto, io/prometheus/write/v2/types.proto (https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/).
 */
export function readWriteRequest(reader: ProtobufReader, visitor: SeriesVisitor): boolean {
  const symbols: string[] = [];
  let known = false;
  readMessage(reader, reader.len - reader.pos, (number, wire) => {
    if (wire !== WIRE.bytes) return false;
    known ||= number === 1 || number === 3 || number === 4 || number === 5;
    if (number === 1) visitor.first(reader);
    else if (number === 4) symbols.push(reader.string());
    else if (number === 5) visitor.second(readSeries2(reader, symbols));
    else return false;
    return true;
  });
  return known;
}
