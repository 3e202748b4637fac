import type { KafkaConnection } from '../../config/pipeline-config.ts';
import { readStretches } from '../../ingest/kafka/read-stretches.ts';

/** Names of the topics there are, Kafka's own left out. Rejects if the brokers can't be reached. */
export async function listTopics(connection: KafkaConnection): Promise<readonly string[]> {
  const { allTopics } = await readStretches({
    connection,
    groupId: connection.groupId,
    topics: [],
    older: 0,
    records: () => ({ newest: 0, perOlder: 0 }),
    timeoutMs: 0,
    take: () => undefined,
    log: () => undefined,
  });
  return allTopics;
}
