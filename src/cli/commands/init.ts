import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import type { TopicDiscovery } from '../../app/discovery/discover-topic.ts';
import { draftConfig } from '../../app/discovery/draft-config.ts';
import { proposeDetectors, type DetectorProposal } from '../../app/discovery/propose-detectors.ts';
import type { KafkaConnection } from '../../config/pipeline-config.ts';
import { askUntil, withQuestions, type Ask } from '../ask.ts';
import { CommandError, EXIT } from '../exit.ts';
import { discoveryLines, missingTopic, unreadable } from '../init-report.ts';
import { connectionOf, kafkaSection, withKafkaFlags, type KafkaFlags } from '../kafka-flags.ts';
import { registryOf, registrySection, withRegistryFlags, type RegistryFlags } from '../registry-flags.ts';
import { withUserFiles } from '../user-files.ts';

interface InitOptions extends KafkaFlags, RegistryFlags {
  readonly topic?: string;
  readonly entity?: string;
  readonly out: string;
  readonly yes?: true;
  readonly force?: true;
}

/** `strayd init`: a configuration from what a topic holds. */
export function initCommand(): Command {
  const command = new Command('init')
    .summary('look at a topic and write a configuration for it')
    .description(
      'Sample a Kafka topic, find out its format, what the watched things are, how often they report and which ' +
        'features are worth watching, and write a commented strayd.yaml in observe mode. Asks on a terminal; in scripts ' +
        'give --brokers, --topic and --yes. Avro is read by the schemas of its registry: give --registry. Nothing of any consumer group is touched.',
    );
  return withRegistryFlags(withKafkaFlags(command))
    .option('-t, --topic <name>', 'topic to look at')
    .option('-e, --entity <label>', 'label that names the watched things (default: the one that fits best)')
    .option('-o, --out <file>', 'file to write', 'strayd.yaml')
    .option('-y, --yes', 'ask nothing, take what is proposed')
    .option('--force', 'overwrite the file if it is there')
    .action(async (options: InitOptions) => {
      if (existsSync(options.out) && options.force !== true) {
        throw new CommandError(
          `${options.out} is there already; name another file with --out, or overwrite it with --force.`,
          EXIT.wrongUse,
        );
      }
      if (options.yes === true || !process.stdin.isTTY) await initWith(options, null);
      else await withQuestions((ask) => initWith(options, ask));
    });
}

async function initWith(options: InitOptions, ask: Ask | null): Promise<void> {
  const brokers = options.brokers ?? (await brokersAsked(ask));
  const kafka = kafkaSection(options, brokers);
  const connection = await connectionOf(kafka, options.out);
  const topic = options.topic ?? (await topicAsked(ask, connection));
  process.stderr.write(`Looking at topic ${topic} …\n`);
  let registry = options.registry === undefined ? null : registrySection(options, options.registry);
  const { discoverTopic } = await import('../../app/discovery/discover-topic.ts');
  const look = async (): Promise<TopicDiscovery> => {
    const known = registry === null ? {} : { registry: await registryOf(registry, options.out) };
    return reaching(connection, () => discoverTopic({ connection, topic, ...known }));
  };
  let discovery = await look();
  if (ask !== null && registry === null && discovery.format.avroSchemas.length > 0) {
    registry = registrySection(options, await registryAsked(ask));
    discovery = await look();
  }
  if (discovery.partitions.length === 0) throw new CommandError(missingTopic(topic, discovery.allTopics));
  const { choice: format } = discovery.format;
  if (format === null) throw new CommandError(unreadable(discovery));
  let detectors: readonly DetectorProposal[] = proposed(discovery, options.entity ?? null);
  process.stderr.write(`${discoveryLines(discovery, detectors).join('\n')}\n\n`);
  if (ask !== null) {
    if (options.entity === undefined) detectors = await entityAsked(ask, discovery, detectors);
    const go = await ask(`Write ${options.out}? [Y/n]: `);
    if (/^n/i.test(go)) throw new CommandError('Nothing is written.');
  }
  const text = draftConfig({ kafka, registry, discovery, format, detectors, nowMs: discovery.lookedAtMs });
  // What check would say must not come as a surprise.
  const { loadConfig } = await import('../../config/load.ts');
  loadConfig(options.out, process.env, (file) => (file === options.out ? text : readFileSync(file, 'utf8')));
  await withUserFiles(() => writeFileSync(options.out, text, { flag: options.force === true ? 'w' : 'wx' }));
  process.stdout.write(
    `${options.out} is written. Next:\n` +
      `  strayd check --online --config ${options.out}   # holds it against the topic\n` +
      `  strayd run --config ${options.out}              # learns; in observe mode nothing is sent\n`,
  );
}

async function brokersAsked(ask: Ask | null): Promise<string> {
  if (ask === null) {
    throw new CommandError('Which brokers? Give --brokers host:port (and --topic).', EXIT.wrongUse);
  }
  const read = (answer: string) =>
    answer.split(',').every((broker) => /^\S+:\d+$/.test(broker.trim()))
      ? { value: answer }
      : 'host:port is expected, several separated by commas';
  return askUntil(ask, 'Brokers', { preset: 'localhost:9092', read });
}

async function registryAsked(ask: Ask): Promise<string> {
  process.stderr.write('Its records look like Avro, whose schemas lie in a registry.\n');
  const read = (answer: string) =>
    URL.canParse(answer)
      ? { value: answer }
      : 'an address such as https://registry.example.org:8081 is expected';
  return askUntil(ask, 'Schema registry', { preset: 'http://localhost:8081', read });
}

async function topicAsked(ask: Ask | null, connection: KafkaConnection): Promise<string> {
  const { listTopics } = await import('../../app/discovery/list-topics.ts');
  const topics = await reaching(connection, () => listTopics(connection));
  if (ask === null) throw new CommandError(`Which topic? ${missingTopic(null, topics)}`, EXIT.wrongUse);
  if (topics.length === 0) throw new CommandError(missingTopic(null, topics));
  process.stderr.write(`Topics there are: ${topics.join(', ')}\n`);
  const read = (answer: string) =>
    topics.includes(answer) ? { value: answer } : missingTopic(answer, topics);
  return askUntil(ask, 'Topic', { preset: topics.length === 1 ? (topics[0] ?? '') : '', read });
}

async function entityAsked(
  ask: Ask,
  discovery: TopicDiscovery,
  detectors: readonly DetectorProposal[],
): Promise<readonly DetectorProposal[]> {
  const preset = detectors[0]?.entity.label ?? '';
  const labels = new Set(discovery.series.flatMap(({ labels: own }) => Object.keys(own)));
  const read = (answer: string) =>
    labels.has(answer)
      ? { value: answer }
      : `no series has the label ${answer}; there are ${[...labels].sort().join(', ')}`;
  const label = await askUntil(ask, 'Label that names the watched things', { preset, read });
  return label === preset ? detectors : proposed(discovery, label);
}

function proposed(discovery: TopicDiscovery, entity: string | null): DetectorProposal[] {
  const detectors = proposeDetectors(discovery.series, entity);
  if (detectors.length > 0) return detectors;
  const labels = [...new Set(discovery.series.flatMap(({ labels: own }) => Object.keys(own)))].sort();
  const seen =
    labels.length === 0 ? 'its series have no labels' : `its series have the labels ${labels.join(', ')}`;
  throw new CommandError(
    entity === null
      ? `No label of topic ${discovery.topic} names things to watch (${seen}); name one with --entity.`
      : `Nothing can be watched by the label ${entity} in topic ${discovery.topic}: ${seen}; name another with --entity.`,
  );
}

async function reaching<T>(connection: KafkaConnection, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    throw new CommandError(
      `Kafka at ${connection.brokers.join(', ')}: ${what}; correct --brokers (and --tls, --sasl), or start it`,
    );
  }
}
