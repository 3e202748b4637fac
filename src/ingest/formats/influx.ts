import { isUtf8 } from 'node:buffer';
import { textTimeMs } from './epoch-time.ts';
import {
  influxLines,
  influxHeadEnd,
  parseInfluxFields,
  parseInfluxHead,
  type InfluxFields,
  type InfluxHead,
} from './influx-lines.ts';
import { LabelMemo, type LabelSet } from './label-memo.ts';
import { labelsOf, metricProblem } from './label-rules.ts';
import { parseNumber } from './number-text.ts';
import { prometheusName } from './prometheus-name.ts';
import { endReading, NO_LIMITS, startReading, type Reading } from './reading.ts';
import { reject, rejectWhole, show } from './rejecting.ts';
import type { DecodedValue, DecodeLimits, Reject, SampleFormat } from './sample-format.ts';
import type { KnownSeries } from './series-memo.ts';
import { ownText } from './text-pool.ts';

const INTEGER = /^-?\d+i$|^\d+u$/;
const TRUE: ReadonlySet<string> = new Set(['t', 'T', 'true', 'True', 'TRUE']);
const FALSE: ReadonlySet<string> = new Set(['f', 'F', 'false', 'False', 'FALSE']);

/* `null`: a number is expected, but this is none. The protocol has neither NaN nor infinities. */
const fieldValue = (raw: string): number | null => {
  const last = raw.charCodeAt(raw.length - 1);
  if (last >= 0x30 && last <= 0x39) return parseNumber(raw);
  if (INTEGER.test(raw)) return Number(raw.slice(0, -1));
  if (TRUE.has(raw)) return 1;
  if (FALSE.has(raw)) return 0;
  const value = parseNumber(raw);
  return value !== null && Number.isFinite(value) ? value : null;
};

/* As Telegraf's Prometheus output has it: `cpu usage_idle` is cpu_usage_idle, and a field `value` has the measurement's name. */
const metricOf = (measurement: string, field: string): string =>
  prometheusName(field === 'value' ? measurement : `${measurement}_${field}`);

/** Reads lines one after the other; heads that came before are not taken apart and checked again. */
class LineReader {
  readonly #memo = new LabelMemo();
  /* Lines of one scrape have one time. */
  #stamp = '';
  #stampMs = NaN;
  #isStable = true;
  /* Of the record that is being read. */
  #into: Reading = startReading(NO_LIMITS);

  read(text: string, limits: DecodeLimits): DecodedValue {
    this.#memo.within(limits);
    this.#isStable = true;
    const reading = startReading(limits);
    this.#into = reading;
    let lines = 0;
    for (const raw of influxLines(text)) {
      const line = raw.trim();
      if (line === '' || line.startsWith('#')) continue;
      lines += 1;
      this.#line(line);
    }
    if (lines === 0) return rejectWhole('bad_line', 'at least one line is expected, seen: none');
    return {
      ...endReading(reading),
      ...(this.#isStable && reading.samples.length > 0 && { stableLabels: true as const }),
    };
  }

  #line(line: string): void {
    const end = influxHeadEnd(line);
    const key = line.slice(0, end);
    const known = end < line.length ? this.#memo.find(key) : null;
    const head = known === null ? parseInfluxHead(line, end) : null;
    if (typeof head === 'string') {
      this.#refuse(head, line);
      return;
    }
    const rest = parseInfluxFields(line, end);
    if (typeof rest === 'string') {
      this.#refuse(rest, line);
      return;
    }
    const timeMs = this.#timeOf(rest.timestamp);
    if (Number.isNaN(timeMs)) {
      const expected = 'Unix nanoseconds are expected at the end of the line';
      this.#into.rejects.push(reject('bad_time', `${expected}, seen: ${show(rest.timestamp)}`));
      return;
    }
    const set = known ?? (head === null ? null : this.#labels(key, head));
    if (set !== null) this.#fields(rest.fields, set, timeMs);
  }

  #refuse(why: string, line: string): void {
    this.#into.rejects.push(reject('bad_line', `${why}, seen: ${show(line)}`));
  }

  /* `null` if there is something wrong with them. */
  #labels(key: string, { measurement, tags }: InfluxHead): LabelSet | null {
    const pairs = tags.map(([tag, value]) => [prometheusName(tag), value] as const);
    const found = labelsOf(pairs, this.#into.limits);
    if ('problem' in found) {
      this.#into.rejects.push(found.problem);
      return null;
    }
    const kept = this.#memo.keep(key, found.labels, measurement);
    if (kept === null) this.#isStable = false;
    return kept ?? { name: measurement, labels: found.labels, series: new Map() };
  }

  #fields(fields: InfluxFields['fields'], set: LabelSet, timeMs: number): void {
    const { samples, rejects, limits } = this.#into;
    for (const [field, raw] of fields) {
      if (raw.startsWith('"')) {
        this.#into.skipped += 1;
        continue;
      }
      const value = fieldValue(raw);
      if (value === null) {
        const expected = 'a number, 1i, 1u, true, false or a "text" is expected';
        const where = `${show(set.name)} ${show(field)}`;
        rejects.push(reject('bad_value', `${where}: ${expected}, seen: ${show(raw)}`));
        continue;
      }
      const series = set.series.get(field) ?? this.#series(set, field, limits);
      if ('metric' in series) {
        samples.push({ metric: series.metric, labels: series.labels, timeMs, value });
      } else rejects.push(series);
    }
  }

  #series(set: LabelSet, field: string, limits: DecodeLimits): KnownSeries | Reject {
    const metric = metricOf(set.name, field);
    return metricProblem(metric, limits) ?? this.#memo.series(set, field, metric);
  }

  #timeOf(timestamp: string): number {
    if (timestamp !== this.#stamp) {
      this.#stamp = ownText(timestamp);
      this.#stampMs = textTimeMs(timestamp, 'ns');
    }
    return this.#stampMs;
  }
}

/**
 * InfluxDB's line protocol, as Telegraf writes it: any number of lines a record, times in ns. Each numeric field is a
 * metric `measurement_field`, tags are labels; text fields are skipped.
 */
export function influx(): SampleFormat {
  const reader = new LineReader();
  return {
    name: 'influx',
    decode(bytes, limits) {
      if (!isUtf8(bytes)) return rejectWhole('not_utf8', 'the value is not UTF-8');
      const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
      return reader.read(text, limits);
    },
  };
}
