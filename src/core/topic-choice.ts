/** Which topics a source reads: by name, and by patterns that the whole name must match. */
export interface TopicChoice {
  readonly name: string;
  readonly topics: readonly string[];
  /** Absent: none. */
  readonly topicPatterns?: readonly string[];
  /** What strayd itself writes: no pattern takes it. */
  readonly exceptTopics?: readonly string[];
}

/** Whether a topic is one that the pattern means; Kafka's own (`__consumer_offsets`) never are. */
export function matchesTopic(pattern: string, topic: string): boolean {
  return !topic.startsWith('__') && new RegExp(`^(?:${pattern})$`, 'su').test(topic);
}

/**
 * The source of each topic that one reads, out of `all`. A topic belongs to one source: a name goes before a pattern, and of
 * patterns the one of the source that is configured first.
 */
export function sourcesOfTopics(
  all: readonly string[],
  sources: readonly TopicChoice[],
): ReadonlyMap<string, string> {
  const byName = new Map(
    sources.flatMap(({ name, topics }) => topics.map((topic) => [topic, name] as const)),
  );
  const found = new Map<string, string>();
  for (const topic of all) {
    const source =
      byName.get(topic) ??
      sources.find(
        ({ topicPatterns = [], exceptTopics = [] }) =>
          !exceptTopics.includes(topic) && topicPatterns.some((pattern) => matchesTopic(pattern, topic)),
      )?.name;
    if (source !== undefined) found.set(topic, source);
  }
  return found;
}
