import type { TopicDiscovery } from '../app/discovery/discover-topic.ts';
import type { DetectorProposal } from '../app/discovery/propose-detectors.ts';
import { formatDuration } from '../core/duration.ts';
import { printable } from '../core/printable.ts';

const MOST_TOPICS = 20;
const MOST_SCHEMAS = 5;

/** What was found and what is proposed, as lines for people. */
export function discoveryLines(discovery: TopicDiscovery, detectors: readonly DetectorProposal[]): string[] {
  const { partitions, records, samples, series, format, oldestMs, newestMs } = discovery;
  const span = formatDuration(Math.round((newestMs - oldestMs) / 60_000) * 60_000);
  const stored = partitions.reduce((sum, { low, high }) => sum + high - low, 0);
  return [
    `  ${partitions.length} ${partitions.length === 1 ? 'partition' : 'partitions'}, ${stored} records over ${span}; ${records} of them looked at`,
    `  format: ${format.choice?.format} (${samples} samples of ${series.length} series)`,
    ...detectors.flatMap(({ name, job, entity, stepMs, isStepMeasured, choice }) => [
      `  detector ${name}${job === null ? '' : ` (job ${printable(job)})`}:`,
      `    entity: ${entity.label}, ${entity.values} seen (${entity.examples.map((one) => printable(one)).join(', ')}${entity.values > entity.examples.length ? ', …' : ''})`,
      `    step: ${formatDuration(stepMs)}${isStepMeasured ? '' : ', a guess: no series was seen twice'}`,
      `    features: ${choice.features.length}; left out: ${choice.leftOut.length}, each with its reason in the file`,
    ]),
  ];
}

/** That there is no such topic (`null`: that none was named), and which there are. */
export function missingTopic(topic: string | null, topics: readonly string[]): string {
  const more = topics.length > MOST_TOPICS ? ` and ${topics.length - MOST_TOPICS} more` : '';
  const there =
    topics.length === 0 ? 'there are none' : `there are ${topics.slice(0, MOST_TOPICS).join(', ')}${more}`;
  return topic === null ? `Name one with --topic: ${there}.` : `There is no topic ${topic}: ${there}.`;
}

/** Why nothing can be proposed for a topic. */
export function unreadable({ topic, records, format, trouble }: TopicDiscovery): string {
  if (records === 0) return `Topic ${topic} holds no records yet; run init again when there are some.`;
  if (format.avroSchemas.length > 0) return unreadableAvro(topic, format.avroSchemas, trouble);
  const tried = format.trials.map(({ choice, whole }) => `${choice.format} ${whole}`).join(', ');
  return (
    `The format of topic ${topic} was not recognised: of ${format.records} records tried, read whole were: ${tried}. ` +
    'docs/formats.md tells what can be read; JSON of another shape can be mapped by hand.'
  );
}

function unreadableAvro(topic: string, schemas: readonly number[], trouble: string | null): string {
  const shown = schemas.slice(0, MOST_SCHEMAS).join(', ');
  const more = schemas.length > MOST_SCHEMAS ? ` and ${schemas.length - MOST_SCHEMAS} more` : '';
  const recognised =
    `Topic ${topic} looks like Avro in Confluent's wire format ` +
    `(${schemas.length === 1 ? 'schema' : 'schemas'} ${shown}${more})`;
  return trouble === null
    ? `${recognised}; its schemas lie in a registry: give its address with --registry https://registry.example.org:8081, ` +
        'and a log-in, if it wants one, with --registry-username and --registry-password-file, or --registry-token-file.'
    : `${recognised}, but could not be read: ${trouble}. Correct --registry and its log-in, or map the source by hand as docs/formats.md shows it.`;
}
