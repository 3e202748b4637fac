import type { KafkaConnection, PipelineSource } from '../config/pipeline-config.ts';
import { sourcesOfTopics } from '../core/topic-choice.ts';
import { listTopics } from './discovery/list-topics.ts';

/**
 * The configuration with the topics that its patterns match now beside those that it names; Kafka is asked only where there
 * are patterns. Rejects if the brokers can't be reached.
 */
export async function expandTopics<
  Part extends { readonly kafka: KafkaConnection; readonly sources: readonly PipelineSource[] },
>(config: Part): Promise<Part> {
  if (config.sources.every(({ topicPatterns = [] }) => topicPatterns.length === 0)) return config;
  const found = [...sourcesOfTopics(await listTopics(config.kafka), config.sources)];
  const sources = config.sources.map((source) => ({
    ...source,
    topics: [
      ...new Set([
        ...source.topics,
        ...found.filter(([, name]) => name === source.name).map(([topic]) => topic),
      ]),
    ],
  }));
  return { ...config, sources };
}
