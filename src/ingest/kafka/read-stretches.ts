import { logRanges } from './broker-state.ts';
import { createKafkaClient, rootMessage, type KafkaConnection, type KafkaLog } from './kafka-client.ts';
import { RangeReader, type LogRange, type RangePart } from './range-reader.ts';

/** What to read of some topics, and for how long at most. */
export interface StretchRequest {
  readonly connection: KafkaConnection;
  /** Reading is done in a group of its own, whose name begins with this one; it is deleted afterwards. */
  readonly groupId: string;
  readonly topics: readonly string[];
  /** Records of each partition, given how many partitions there are: the newest, and of each of `older` stretches before. */
  readonly records: (partitions: number) => { readonly newest: number; readonly perOlder: number };
  /** How many older stretches, spread evenly over the log. */
  readonly older: number;
  readonly timeoutMs: number;
  /** Asked after each part: what is read of this stretch is then enough. */
  readonly isEnough?: (stretch: number) => boolean;
  /** Parts in order of stretches, the oldest first; the newest stretch has the number `older`. */
  readonly take: (part: RangePart, stretch: number) => void;
  readonly log: KafkaLog;
}

/** One partition's log: `low` and `high` are its first offset and the next to come. */
export interface PartitionLog {
  readonly topic: string;
  readonly partition: number;
  readonly low: number;
  readonly high: number;
}

/** What there is at the brokers. */
export interface TopicsSeen {
  /** Of the topics asked for; those that do not exist are left out. */
  readonly partitions: readonly PartitionLog[];
  /** All topics there are, Kafka's own left out. */
  readonly allTopics: readonly string[];
}

/** Reads stretches of each partition, within the time as many as come. Nothing of the real group is touched. Rejects if the brokers can't be reached. */
export const readStretches = async (request: StretchRequest): Promise<TopicsSeen> => {
  const client = createKafkaClient(request.connection, request.log);
  const admin = client.admin({ retry: { retries: 1 } });
  try {
    await admin.connect();
    const all = await admin.listTopics();
    const topics = request.topics.filter((topic) => all.includes(topic));
    const partitions: PartitionLog[] = [];
    for (const topic of topics) {
      const ranges = [...(await logRanges(admin, topic))].sort(([a], [b]) => a - b);
      for (const [partition, range] of ranges) partitions.push({ topic, partition, ...range });
    }
    if (partitions.length > 0) {
      const reader = new RangeReader(client, `${request.groupId}-check`, topics);
      await readAll(reader, partitions, request).finally(() => reader.close());
    }
    return { partitions, allTopics: all.filter((topic) => !topic.startsWith('__')).sort() };
  } catch (error) {
    throw new Error(rootMessage(error), { cause: error });
  } finally {
    await admin.disconnect();
  }
};

const readAll = async (
  reader: RangeReader,
  partitions: readonly PartitionLog[],
  request: StretchRequest,
): Promise<void> => {
  const { older, timeoutMs, isEnough, take } = request;
  const startMs = performance.now();
  for (let stretch = 0; stretch <= older; stretch++) {
    // The newest says most, so that half of the time is left for it.
    const untilMs = stretch === older ? timeoutMs : (timeoutMs * (stretch + 1)) / (2 * older);
    await reader.read(stretchRanges(partitions, stretch, request), (part) => take(part, stretch), {
      timeoutMs: Math.max(0, untilMs - (performance.now() - startMs)),
      ...(isEnough && { isEnough: () => isEnough(stretch) }),
    });
  }
};

/* Stretches never overlap: in a short log the older ones give way to the newest. */
const stretchRanges = (
  partitions: readonly PartitionLog[],
  stretch: number,
  { records, older }: StretchRequest,
): LogRange[] => {
  const { newest, perOlder } = records(partitions.length);
  return partitions.map(({ topic, partition, low, high }) => {
    const newestFrom = Math.max(low, high - newest);
    if (stretch === older) return { topic, partition, from: newestFrom, to: high };
    const apart = (newestFrom - low) / older;
    const from = Math.ceil(low + stretch * apart);
    return { topic, partition, from, to: Math.floor(Math.min(from + perOlder, low + (stretch + 1) * apart)) };
  });
};
