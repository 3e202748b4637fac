import { isUtf8 } from 'node:buffer';
import type { Labels } from '../../core/sample.ts';
import { textTimeMs } from './epoch-time.ts';
import { parseInfluxLine, type InfluxLine } from './influx-lines.ts';
import { labelsOf, metricProblem } from './label-rules.ts';
import { parseNumber } from './number-text.ts';
import { prometheusName } from './prometheus-name.ts';
import { endReading, startReading, type Reading } from './reading.ts';
import { reject, rejectWhole, show } from './rejecting.ts';
import type { SampleFormat } from './sample-format.ts';

const INTEGER = /^-?\d+i$|^\d+u$/;
const TRUE: ReadonlySet<string> = new Set(['t', 'T', 'true', 'True', 'TRUE']);
const FALSE: ReadonlySet<string> = new Set(['f', 'F', 'false', 'False', 'FALSE']);

/* `null`: a number is expected, but this is none. The protocol has neither NaN nor infinities. */
const fieldValue = (raw: string): number | null => {
  if (INTEGER.test(raw)) return Number(raw.slice(0, -1));
  if (TRUE.has(raw)) return 1;
  if (FALSE.has(raw)) return 0;
  const value = parseNumber(raw);
  return value !== null && Number.isFinite(value) ? value : null;
};

/* As Telegraf's Prometheus output has it: `cpu usage_idle` is cpu_usage_idle, and a field `value` has the measurement's name. */
const metricOf = (measurement: string, field: string): string =>
  prometheusName(field === 'value' ? measurement : `${measurement}_${field}`);

const readFields = (
  { measurement, fields }: InfluxLine,
  at: { readonly labels: Labels; readonly timeMs: number },
  into: Reading,
): void => {
  for (const [field, raw] of fields) {
    if (raw.startsWith('"')) {
      into.skipped += 1;
      continue;
    }
    const metric = metricOf(measurement, field);
    const value = fieldValue(raw);
    if (value === null) {
      const expected = 'a number, 1i, 1u, true, false or a "text" is expected';
      into.rejects.push(
        reject('bad_value', `${show(measurement)} ${show(field)}: ${expected}, seen: ${show(raw)}`),
      );
      continue;
    }
    const problem = metricProblem(metric, into.limits);
    if (problem === null) into.samples.push({ metric, labels: at.labels, timeMs: at.timeMs, value });
    else into.rejects.push(problem);
  }
};

const readLine = (text: string, into: Reading): void => {
  const line = parseInfluxLine(text);
  if (typeof line === 'string') {
    into.rejects.push(reject('bad_line', `${line}, seen: ${show(text)}`));
    return;
  }
  const timeMs = textTimeMs(line.timestamp, 'ns');
  if (Number.isNaN(timeMs)) {
    const expected = 'Unix nanoseconds are expected at the end of the line';
    into.rejects.push(reject('bad_time', `${expected}, seen: ${show(line.timestamp)}`));
    return;
  }
  const labels = labelsOf(
    line.tags.map(([tag, value]) => [prometheusName(tag), value] as const),
    into.limits,
  );
  if ('problem' in labels) into.rejects.push(labels.problem);
  else readFields(line, { labels: labels.labels, timeMs }, into);
};

/**
 * InfluxDB's line protocol, as Telegraf writes it: any number of lines a record, times in ns. Each numeric field is a
 * metric `measurement_field`, tags are labels; text fields are skipped.
 */
export const influx: SampleFormat = {
  name: 'influx',
  decode(bytes, limits) {
    if (!isUtf8(bytes)) return rejectWhole('not_utf8', 'the value is not UTF-8');
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
    const reading = startReading(limits);
    let lines = 0;
    for (const raw of text.split('\n')) {
      const line = raw.trim();
      if (line === '' || line.startsWith('#')) continue;
      lines += 1;
      readLine(line, reading);
    }
    return lines === 0
      ? rejectWhole('bad_line', 'at least one line is expected, seen: none')
      : endReading(reading);
  },
};
