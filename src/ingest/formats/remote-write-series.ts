import { labelsOf, metricProblem } from './label-rules.ts';
import type { ProtobufReader } from './protobuf-reader.ts';
import type { Reading } from './reading.ts';
import { reject } from './rejecting.ts';
import { readSeries1, type WrittenSeries } from './remote-write-message.ts';
import { SampleReader } from './remote-write-sample.ts';
import type { DecodeLimits, Reject } from './sample-format.ts';
import { SeriesMemo, type KnownSeries } from './series-memo.ts';

const LAST_MS = 253_402_300_799_999;

/* Fields of a series of version 1.0, with their wire type: all of them messages. */
const [LABEL, SAMPLE, EXEMPLAR, HISTOGRAM] = [0x0a, 0x12, 0x1a, 0x22];

/** Takes the series of remote write requests in; those of version 1.0 that came before by the bytes of their labels. */
export class SeriesTaker {
  readonly #memo = new SeriesMemo();
  readonly #samples = new SampleReader();
  #isStable = true;
  /* Of the series that is being read. */
  #end = 0;

  /** A new request. */
  begin(limits: DecodeLimits): void {
    this.#memo.within(limits);
    this.#isStable = true;
  }

  /** Whether the labels of all that was taken since `begin` stand for their series alone. */
  get isStable(): boolean {
    return this.#isStable;
  }

  /** Reads the series of version 1.0 whose length is next. Throws if it is broken. */
  takeFirst(reader: ProtobufReader, into: Reading): void {
    const before = reader.pos;
    const end = reader.uint32() + reader.pos;
    this.#end = end;
    const labelsFrom = reader.pos;
    const labels = end > reader.len ? -1 : passLabels(reader, end);
    const known = labels < 0 ? null : this.#memo.find(reader.buf, labelsFrom, reader.pos);
    if (known !== null && this.#takeFields(reader, known, into)) return;
    reader.pos = before;
    const written = readSeries1(reader);
    // Labels that stand elsewhere are not in the bytes that were looked for.
    this.#add(written, into, known === null && written.labels.length === 2 * labels);
  }

  /** Takes a series of version 2.0. */
  takeSecond(written: WrittenSeries, into: Reading): void {
    this.#add(written, into, false);
  }

  #add(written: WrittenSeries, into: Reading, mayKeep: boolean): void {
    const { limits, rejects } = into;
    into.skipped += written.histograms;
    const metric = nameOf(written.labels);
    const problem = metricProblem(metric, limits);
    const found = labelsOf(pairsOf(written.labels), limits);
    if (problem !== null || 'problem' in found) {
      rejects.push(problem ?? (found as { readonly problem: Reject }).problem);
      return;
    }
    const kept = mayKeep ? this.#memo.keep({ metric, labels: found.labels }) : null;
    if (kept === null) this.#isStable = false;
    const series = kept ?? { metric, labels: found.labels };
    written.values.forEach((value, at) => addSample(into, series, written.times[at] ?? NaN, value));
  }

  /* What comes after the labels, if it is written plainly, as all senders do; else false, and `into` is as it was. */
  #takeFields(reader: ProtobufReader, known: KnownSeries, into: Reading): boolean {
    const end = this.#end;
    const samples = into.samples.length;
    const rejects = into.rejects.length;
    const skipped = into.skipped;
    while (reader.pos < end) {
      const field = reader.buf[reader.pos++];
      if (field === SAMPLE && this.#samples.read(reader)) {
        addSample(into, known, this.#samples.sample.timeMs, this.#samples.sample.value);
      } else if (field === EXEMPLAR || field === HISTOGRAM) {
        into.skipped += field === HISTOGRAM ? 1 : 0;
        reader.skip(reader.uint32());
      } else break;
    }
    if (reader.pos === end) return true;
    into.samples.length = samples;
    into.rejects.length = rejects;
    into.skipped = skipped;
    return false;
  }
}

/* Goes past the labels, which come first, and answers how many there are; -1 if the bytes can't tell. */
function passLabels(reader: ProtobufReader, end: number): number {
  const bytes = reader.buf;
  let at = reader.pos;
  let labels = 0;
  while (at < end && bytes[at] === LABEL) {
    let length = bytes[at + 1] as number;
    at += 2;
    // A third byte of length makes a length that no memo takes.
    if (length >= 0x80) length += ((bytes[at++] as number) - 1) * 0x80;
    at += length;
    labels += 1;
  }
  // Not so where it is cut off, which makes NaN of it.
  if (!(at <= end)) return -1;
  reader.pos = at;
  return labels;
}

function addSample({ samples, rejects }: Reading, series: KnownSeries, timeMs: number, value: number): void {
  const { metric, labels } = series;
  if (timeMs >= 0 && timeMs <= LAST_MS) samples.push({ metric, labels, timeMs, value });
  else rejects.push(reject('bad_time', `${metric}: Unix ms are expected, seen: ${timeMs}`));
}

function* pairsOf(labels: readonly (string | undefined)[]): Iterable<readonly [string, unknown]> {
  for (let at = 0; at < labels.length; at += 2) {
    const name = labels[at] ?? '';
    if (name !== '__name__') yield [name, labels[at + 1]];
  }
}

function nameOf(labels: readonly (string | undefined)[]): string {
  for (let at = 0; at < labels.length; at += 2) if (labels[at] === '__name__') return labels[at + 1] ?? '';
  return '';
}
