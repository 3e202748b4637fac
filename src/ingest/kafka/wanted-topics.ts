import type { Admin } from 'kafkajs';
import { matchesTopic, sourcesOfTopics, type TopicChoice } from '../../core/topic-choice.ts';

/** Topics that make one source; no topic may be in two. */
export interface KafkaSource extends TopicChoice {
  /** How far one partition may be read ahead of the slowest, in record time: half of `allowed_lateness`. */
  readonly alignWithinMs: number;
}

/** The topics of all sources, by name and by pattern, and which of them are not there. Throws if one is named by two sources. */
export class WantedTopics {
  readonly #choices: readonly TopicChoice[];
  readonly #brokers: string;
  /** Of every topic that was there at some look. */
  readonly #sources = new Map<string, string>();
  #present: ReadonlySet<string> = new Set();
  #missing: readonly string[] = [];
  #unmatched: readonly string[] = [];

  constructor(sources: readonly KafkaSource[], brokers: readonly string[]) {
    this.#choices = sources;
    this.#brokers = brokers.join(', ');
    for (const { name, topics } of sources) {
      for (const topic of topics) {
        const other = this.#sources.get(topic);
        if (other !== undefined && other !== name) {
          throw new Error(`topic "${topic}" is in two sources, ${other} and ${name}; leave it in one`);
        }
        this.#sources.set(topic, name);
      }
    }
  }

  sourceOf(topic: string): string {
    return this.#sources.get(topic) ?? topic;
  }

  /** Whether each name is there, and something for each pattern. */
  get areAllThere(): boolean {
    return this.#missing.length === 0 && this.#unmatched.length === 0;
  }

  /** Whether others may appear that are wanted too. */
  get hasPatterns(): boolean {
    return this.#choices.some(({ topicPatterns = [] }) => topicPatterns.length > 0);
  }

  /** Asks which of them are there. */
  async look(admin: Admin): Promise<string[]> {
    const all = await admin.listTopics();
    const found = sourcesOfTopics(all, this.#choices);
    for (const [topic, source] of found) this.#sources.set(topic, source);
    const names = this.#choices.flatMap(({ topics }) => topics);
    const patterns = this.#choices.flatMap(({ topicPatterns = [] }) => topicPatterns);
    this.#present = new Set(found.keys());
    this.#missing = names.filter((topic) => !found.has(topic));
    this.#unmatched = patterns.filter((one) => !all.some((topic) => matchesTopic(one, topic)));
    return [...found.keys()];
  }

  /** Is one there now that was not at the last look? */
  async hasAppeared(admin: Admin): Promise<boolean> {
    const found = sourcesOfTopics(await admin.listTopics(), this.#choices);
    return [...found.keys()].some((topic) => !this.#present.has(topic));
  }

  /** One sentence about those that are not there, `null` if all are. */
  trouble(): string | null {
    if (this.areAllThere) return null;
    const missing = [
      ...this.#missing.map((topic) => `"${topic}"`),
      ...this.#unmatched.map((pattern) => `that matches "${pattern}"`),
    ];
    return `no topic ${missing.join(', ')} on Kafka at ${this.#brokers}; waiting for it: create it, or correct the source's topics`;
  }
}
