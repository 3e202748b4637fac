import type { PipelineConfig } from '../config/pipeline-config.ts';
import type { Limits } from '../core/limits.ts';
import { plural } from '../core/plural.ts';
import { firstTrouble } from '../ingest/formats/first-trouble.ts';
import { sampleFormat } from '../ingest/formats/format-registry.ts';
import type { SampleFormat } from '../ingest/formats/sample-format.ts';
import { sampleTopics, type SampledPartition } from '../ingest/kafka/sample-topics.ts';
import { matchesTopic, type TopicChoice } from '../core/topic-choice.ts';
import { decodeLimits } from './decode-limits.ts';
import { expandTopics } from './expand-topics.ts';
import { limitOfReason, limitOfResult, limitText, type LimitName } from './limit-names.ts';
import { SampleTally, type DetectorFinding, type TalliedEntity } from './sample-tally.ts';

/** An entity whose samples lie in several partitions: no two members of a group could share the topic. */
export interface SpreadEntity {
  readonly detector: string;
  readonly entity: string;
  /** As `topic/partition`. */
  readonly partitions: readonly string[];
}

/** A bound that sampled records exceed: `seen` says how far, `text` what that means and the way out. */
export interface OverLimit {
  readonly limit: string;
  readonly seen: string;
  readonly text: string;
}

/** What the newest records of a source's topics show. */
export interface SourceFinding {
  readonly source: string;
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: number;
    readonly records: number;
  }[];
  readonly missingTopics: readonly string[];
  /** Patterns that no topic matches. */
  readonly unmatchedPatterns: readonly string[];
  /** What its format could not get, such as a schema; `null`: nothing was missing. */
  readonly trouble: string | null;
  /** Records looked at, the samples in them, and what could not be used, by reason. */
  readonly read: number;
  readonly samples: number;
  readonly rejected: Readonly<Record<string, number>>;
  /** Bounds that these records exceed. */
  readonly overLimits: readonly OverLimit[];
  readonly detectors: readonly DetectorFinding[];
  /** Whether an entity's samples all lie in one partition; `unknown` if too little was seen. */
  readonly keyed: 'yes' | 'no' | 'unknown';
  readonly spread: SpreadEntity | null;
}

interface PreparedSource {
  readonly source: TopicChoice;
  readonly format: SampleFormat;
  readonly trouble: string | null;
}

const RECORDS_PER_PARTITION = 2_000;
const TIMEOUT_MS = 15_000;

/** Reads the newest records of all sources, bounded in number and time. Rejects if the brokers can't be reached. */
export async function lookAtTopics(written: PipelineConfig): Promise<SourceFinding[]> {
  const config = await expandTopics(written);
  const findings: SourceFinding[] = [];
  for (const source of config.sources) {
    const partitions = await sampleTopics({
      connection: config.kafka,
      groupId: config.kafka.groupId,
      topics: source.topics,
      recordsPerPartition: RECORDS_PER_PARTITION,
      timeoutMs: TIMEOUT_MS,
      log: () => undefined,
    });
    const format = sampleFormat(source);
    const values = partitions.flatMap(({ records }) => records.map(({ value }) => value));
    const trouble = await firstTrouble((wait) => format.prepare?.(values, wait));
    findings.push(findingOf(config, { source, format, trouble }, partitions));
  }
  return findings;
}

/** What sampled partitions show of a source. */
export function findingOf(
  config: Pick<PipelineConfig, 'detectors' | 'limits'>,
  { source, format, trouble }: PreparedSource,
  partitions: readonly SampledPartition[],
): SourceFinding {
  const specs = config.detectors.filter((spec) => spec.source === null || spec.source === source.name);
  const tally = new SampleTally(specs, format, decodeLimits(config.limits));
  for (const partition of partitions) tally.add(partition);
  const { samples, rejected } = tally;
  return {
    source: source.name,
    ...topicsOf(source.topics, partitions),
    unmatchedPatterns: (source.topicPatterns ?? []).filter(
      (pattern) => !source.topics.some((topic) => matchesTopic(pattern, topic)),
    ),
    trouble,
    read: partitions.reduce((sum, { records }) => sum + records.length, 0),
    samples,
    rejected,
    overLimits: overLimits(tally, config.limits),
    detectors: tally.detectors(),
    ...keyedOf(tally.entities(), partitions.length),
  };
}

function topicsOf(
  wanted: readonly string[],
  partitions: readonly SampledPartition[],
): Pick<SourceFinding, 'topics' | 'missingTopics'> {
  const topics = wanted.map((topic) => {
    const own = partitions.filter((one) => one.topic === topic);
    return {
      topic,
      partitions: own.length,
      records: own.reduce((sum, { low, high }) => sum + high - low, 0),
    };
  });
  const missingTopics = topics.filter((one) => one.partitions === 0).map(({ topic }) => topic);
  return { topics: topics.filter((one) => one.partitions > 0), missingTopics };
}

function overLimits(tally: SampleTally, limits: Limits): OverLimit[] {
  const over = (name: LimitName | undefined, seen: string): OverLimit[] =>
    name === undefined ? [] : [{ limit: name.limit, seen, text: limitText(name) }];
  return [
    ...Object.entries(tally.rejected).flatMap(([reason, count]) =>
      over(limitOfReason(reason), plural(count, 'dead letter')),
    ),
    ...tally
      .detectors()
      .flatMap(({ detector, entities, mostSeries, mostBuckets }) => [
        ...(entities <= limits.entitiesPerDetector
          ? []
          : over(limitOfResult('entity_limit'), `${entities} entities of detector ${detector}`)),
        ...(mostSeries <= limits.seriesPerEntity
          ? []
          : over(
              limitOfResult('series_limit'),
              `${mostSeries} series of one entity of detector ${detector}`,
            )),
        ...(mostBuckets <= limits.bucketsPerHistogram
          ? []
          : over(
              limitOfResult('bucket_limit'),
              `${mostBuckets} buckets in one histogram of detector ${detector}`,
            )),
      ]),
  ];
}

/** One sample of an entity says nothing of where its others lie. */
function keyedOf(
  entities: readonly TalliedEntity[],
  partitions: number,
): Pick<SourceFinding, 'keyed' | 'spread'> {
  const spread = entities.find((one) => one.partitions.size > 1);
  if (spread !== undefined) {
    const { detector, entity } = spread;
    return { keyed: 'no', spread: { detector, entity, partitions: [...spread.partitions].sort() } };
  }
  const isShown = partitions === 1 || entities.some(({ samples }) => samples > 1);
  return { keyed: isShown ? 'yes' : 'unknown', spread: null };
}
