import { formatDuration } from '../../core/duration.ts';
import type { FeatureSpec } from '../../core/detector.ts';
import { isOfHistogram } from '../../core/is-of-histogram.ts';
import type { FormatChoice } from '../../ingest/formats/format-registry.ts';
import type { RecordMapping } from '../../ingest/formats/mapped-records.ts';
import type { TopicDiscovery } from './discover-topic.ts';
import type { EntityProposal } from './propose-entity.ts';
import type { DetectorProposal } from './propose-detectors.ts';
import type { LeftOut } from './feature-candidates.ts';

/** What a configuration is drafted from. `kafka` is the text of that section, indented by two; `registry` that of an Avro source, in one line. */
export interface Draft {
  readonly kafka: string;
  readonly registry: string | null;
  readonly discovery: TopicDiscovery;
  readonly format: FormatChoice;
  readonly detectors: readonly DetectorProposal[];
  readonly nowMs: number;
}

const MOST_LEFT_OUT = 60;
const MOST_SCHEMAS = 5;

/** A commented configuration in observe mode: what was found is in the values, why in the comments. */
export function draftConfig({ kafka, registry, discovery, format, detectors, nowMs }: Draft): string {
  const { topic, records, samples, series, oldestMs, newestMs } = discovery;
  return [
    `# strayd, proposed by "strayd init" on ${day(nowMs)} from ${records} records of topic ${topic}`,
    `# (${samples} samples of ${series.length} series, written from ${time(oldestMs)} to ${time(newestMs)} UTC).`,
    '# Change what you know better. "strayd check --online" holds it against the topic, "--plan" says what it will take; every key: docs/reference/config.md',
    '',
    'kafka:',
    kafka,
    '',
    'sources:',
    `  - name: ${text(sourceName(topic))}`,
    `    topics: [${text(topic)}]`,
    ...formatLines(format, discovery, registry),
    '',
    'detectors:',
    ...detectors.flatMap((detector) => detectorLines(detector, sourceName(topic))),
    '# Where alerts go once a detector has "mode: alert":',
    'channels: []',
    '#  - name: alertmanager',
    '#    type: alertmanager',
    "#    urls: ['http://localhost:9093']",
    '',
    'store:',
    '  path: ./strayd-data # a directory beside this file',
    '',
    'server:',
    '  listen: 127.0.0.1:9477 # /metrics and the API',
    '',
  ].join('\n');
}

function formatLines(
  format: FormatChoice,
  { format: found }: TopicDiscovery,
  registry: string | null,
): string[] {
  const tried = found.trials.map(({ choice, whole }) => `${choice.format} ${whole}`).join(', ');
  const lines = [`    format: ${format.format} # of ${found.records} records tried, read whole: ${tried}`];
  if (format.format === 'json')
    lines.push(`    json: {${mappingParts(format.json).join(', ')}} # guessed from the records' keys`);
  if (format.format === 'avro') {
    const schemas = found.avroSchemas.slice(0, MOST_SCHEMAS).join(', ');
    lines.push(
      '    avro:',
      `      registry: ${registry ?? `{url: ${text(format.registry.url)}}`}`,
      `      # Guessed from the fields of schema ${schemas}${found.avroSchemas.length > MOST_SCHEMAS ? ', …' : ''}:`,
      ...mappingParts(format.avro).map((part) => `      ${part}`),
    );
  }
  return lines;
}

function mappingParts({ records, time: at, timeUnit, name, labels, values }: RecordMapping): string[] {
  const labelText =
    labels === null || typeof labels === 'string'
      ? labels && text(labels)
      : `{${Object.entries(labels)
          .map(([label, path]) => `${label}: ${text(path)}`)
          .join(', ')}}`;
  const parts = [
    records === null ? null : `records: ${text(records)}`,
    `time: ${text(at)}`,
    `time_unit: ${timeUnit}`,
    name === null ? null : `name: ${text(name)}`,
    labelText === null ? null : `labels: ${labelText}`,
    `values: [${values.map(text).join(', ')}]`,
  ];
  return parts.filter((part) => part !== null);
}

function detectorLines(detector: DetectorProposal, source: string): string[] {
  const { name, job, entity, otherEntities, stepMs, isStepMeasured, choice } = detector;
  const select = job === null ? '{}' : `{job=${JSON.stringify(job)}}`;
  const others = otherEntities.slice(0, 4).map(({ label, values }) => `${label} (${values})`);
  return [
    `  - name: ${text(name)}`,
    `    source: ${text(source)}`,
    '    mode: observe # scores and lists what it would have sent; "alert" delivers it',
    `    select: ${quoted(select)} # ${detector.series} series`,
    `    # ${entityText(entity)}${others.length === 0 ? '' : `; other labels: ${others.join(', ')}`}`,
    `    entity: [${text(entity.label)}]`,
    '    features:',
    ...choice.features.map(({ spec, reason }) => `      - ${featureText(spec)} # ${reason}`),
    ...leftOutLines(choice.leftOut),
    `    step: ${formatDuration(stepMs)} # ${isStepMeasured ? 'the median interval between two samples of a series' : 'usual; no series was seen twice, so look whether it is right'}`,
    '    training:',
    '      bootstrap: kafka # learns from stretches of what the topic retains, then begins with the present',
    '    alert:',
    '      budget: 5 per week # delivered incidents of the whole detector that you accept; thresholds are learned to keep it',
    '',
  ];
}

function entityText({ values, coverage, examples, label }: EntityProposal): string {
  const shown = examples.map(commentSafe).join(', ');
  const more = values > examples.length ? ', …' : '';
  return `${label} has ${values} ${values === 1 ? 'value' : 'values'} (${shown}${more}) and is on ${Math.round(coverage * 100)} % of the series`;
}

function featureText(spec: FeatureSpec): string {
  const { name, metric, where, as, quantile, aggregate, unit } = spec;
  const condition = where.map(({ label, op, value }) => `${label}${op}${JSON.stringify(value)}`).join(',');
  const parts = [
    name === metric ? null : `name: ${name}`,
    `metric: ${metric}`,
    condition === '' ? null : `where: ${quoted(condition)}`,
    as === 'gauge' ? null : `as: ${as}`,
    quantile === undefined ? null : `quantile: ${quantile}`,
    aggregate === 'mean' || isOfHistogram(spec) ? null : `aggregate: ${aggregate}`,
    unit === '' ? null : `unit: ${text(unit)}`,
  ];
  return `{${parts.filter((part) => part !== null).join(', ')}}`;
}

function leftOutLines(leftOut: readonly LeftOut[]): string[] {
  if (leftOut.length === 0) return [];
  const rest = leftOut.length - MOST_LEFT_OUT;
  return [
    '    # Left out:',
    ...leftOut.slice(0, MOST_LEFT_OUT).map(({ name, reason }) => `    #   ${commentSafe(name)}: ${reason}`),
    ...(rest > 0 ? [`    #   and ${rest} more`] : []),
  ];
}

/** A source's name of its topic. */
function sourceName(topic: string): string {
  const name = topic
    .replaceAll(/[^A-Za-z0-9_.-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 63);
  return name === '' ? 'metrics' : name;
}

/* Bare where YAML takes it for the same text in a flow list too. */
function text(value: string): string {
  const isPlain =
    /^[A-Za-z_/.][A-Za-z0-9_/.-]*$/.test(value) && !/^(true|false|null|yes|no|on|off|y|n|~)$/i.test(value);
  return isPlain && !/^\.?(\d|inf|nan)/i.test(value) ? value : quoted(value);
}

/* `${` stands for a variable of the environment, unless its `$` is doubled. */
function quoted(value: string): string {
  const literal = value.replaceAll('${', '$${');
  return /[\\\p{C}]/u.test(literal) ? JSON.stringify(literal) : `'${literal.replaceAll("'", "''")}'`;
}

const commentSafe = (value: string): string => value.replaceAll(/[\n\r\p{C}]/gu, ' ').slice(0, 60);

const time = (ms: number): string =>
  Number.isFinite(ms) ? new Date(ms).toISOString().slice(0, 16).replace('T', ' ') : '?';
const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
