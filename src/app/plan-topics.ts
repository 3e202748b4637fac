import type { Config } from '../config/config.ts';
import { pipelineConfig } from '../config/pipeline-config.ts';
import { discoverTopic, type TopicDiscovery } from './discovery/discover-topic.ts';
import { expandTopics } from './expand-topics.ts';
import { planDetector, type DetectorPlan } from './plan-detector.ts';

/** Plans all detectors from bounded samples of their topics. Rejects if the brokers can't be reached. */
export async function planTopics(config: Config): Promise<DetectorPlan[]> {
  const { kafka, sources, detectors, limits } = await expandTopics(pipelineConfig(config));
  const seen = new Map<string, TopicDiscovery[]>();
  for (const source of sources) {
    const found: TopicDiscovery[] = [];
    for (const topic of source.topics) {
      found.push(await discoverTopic({ connection: kafka, topic, format: source, limits }));
    }
    seen.set(source.name, found);
  }
  return detectors.map((spec) =>
    planDetector(spec, spec.source === null ? [...seen.values()].flat() : (seen.get(spec.source) ?? [])),
  );
}
