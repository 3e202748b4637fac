import { textTimeMs } from './epoch-time.ts';
import { parseNumber } from './number-text.ts';

const [QUOTE, CLOSE, DOT, ZERO] = [0x22, 0x7d, 0x2e, 0x30];
const VALUE_KEY = Buffer.from(',"value":"');
const TIMESTAMP_KEY = Buffer.from(',"timestamp":"');
/** 10 to these powers, and whole numbers up to 15 digits, are doubles exactly, so that one division rounds as reading the text does. */
const TENS = Array.from({ length: 16 }, (_, power) => 10 ** power);
const MOST_DIGITS = 15;

/** The end of a record: everything before `start` tells of the series alone. */
export interface RecordTail {
  start: number;
  timeMs: number;
  value: number;
}

/**
 * Reads the end of records as prometheus-kafka-adapter writes them, `,"timestamp":"…","value":"…"}`, without parsing what comes before.
 * A record that is whole as JSON, and ends so, has its time and value there, whatever the rest; so two such records that begin with the
 * same bytes are of the same series.
 */
export class TailReader {
  /** Of the record read last. */
  readonly tail: RecordTail = { start: 0, timeMs: NaN, value: NaN };
  /* Records of one scrape have one time. */
  #stamp = '';
  #stampMs = NaN;

  /** Reads one into {@link tail}; false if it ends otherwise, or with a time or value that can't be used. */
  read(bytes: Uint8Array): boolean {
    const end = bytes.length - 2;
    if (end < 0 || bytes[end + 1] !== CLOSE || bytes[end] !== QUOTE) return false;
    const valueStart = plainStart(bytes, end);
    const stampEnd = valueStart - VALUE_KEY.length - 1;
    if (!endsWith(bytes, valueStart, VALUE_KEY) || bytes[stampEnd] !== QUOTE) return false;
    const stampStart = plainStart(bytes, stampEnd);
    if (!endsWith(bytes, stampStart, TIMESTAMP_KEY)) return false;
    this.tail.start = stampStart - TIMESTAMP_KEY.length;
    this.tail.value = numberAt(bytes, valueStart, end);
    this.tail.timeMs = this.#timeAt(bytes, stampStart, stampEnd);
    return !Number.isNaN(this.tail.value) && !Number.isNaN(this.tail.timeMs);
  }

  #timeAt(bytes: Uint8Array, start: number, end: number): number {
    if (!isText(bytes, start, end, this.#stamp)) {
      this.#stamp = textAt(bytes, start, end);
      this.#stampMs = textTimeMs(this.#stamp, 's');
    }
    return this.#stampMs;
  }
}

/* Where the run of letters, digits and `+-.:` that ends at `end` begins: nothing that JSON would take for more than itself. */
function plainStart(bytes: Uint8Array, end: number): number {
  let start = end;
  while (start > 0 && isPlain(bytes[start - 1] as number)) start--;
  return start;
}

function isPlain(byte: number): boolean {
  return (byte >= 0x2b && byte <= 0x3a && byte !== 0x2c && byte !== 0x2f) || isLetter(byte | 0x20);
}

function isLetter(lower: number): boolean {
  return lower >= 0x61 && lower <= 0x7a;
}

function endsWith(bytes: Uint8Array, end: number, text: Uint8Array): boolean {
  const start = end - text.length;
  if (start < 0) return false;
  for (let at = 0; at < text.length; at++) if (bytes[start + at] !== text[at]) return false;
  return true;
}

function isText(bytes: Uint8Array, start: number, end: number, text: string): boolean {
  if (end - start !== text.length) return false;
  for (let at = 0; at < text.length; at++) if (bytes[start + at] !== text.charCodeAt(at)) return false;
  return true;
}

function textAt(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at] as number);
  return text;
}

/* Short decimals in one division, all else as text; NaN if it is none, and for "NaN" itself. */
function numberAt(bytes: Uint8Array, start: number, end: number): number {
  let digits = 0;
  let whole = 0;
  let afterDot = -1;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte === DOT && afterDot < 0 && at > start && at < end - 1) afterDot = 0;
    else if (byte < ZERO || byte > ZERO + 9 || digits === MOST_DIGITS) {
      return parseNumber(textAt(bytes, start, end)) ?? NaN;
    } else {
      whole = whole * 10 + (byte - ZERO);
      digits += 1;
      if (afterDot >= 0) afterDot += 1;
    }
  }
  if (digits === 0) return NaN;
  return afterDot > 0 ? whole / (TENS[afterDot] as number) : whole;
}
