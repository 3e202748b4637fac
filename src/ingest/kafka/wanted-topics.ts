import type { Admin } from 'kafkajs';

/** Topics that make one source; no topic may be in two. */
export interface KafkaSource {
  readonly name: string;
  readonly topics: readonly string[];
  /** How far one partition may be read ahead of the slowest, in record time: half of `allowed_lateness`. */
  readonly alignWithinMs: number;
}

/** The topics of all sources, and which of them are not there. Throws if one is in two sources. */
export class WantedTopics {
  readonly #sources = new Map<string, string>();
  readonly #brokers: string;
  #missing: readonly string[] = [];

  constructor(sources: readonly KafkaSource[], brokers: readonly string[]) {
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

  get areAllThere(): boolean {
    return this.#missing.length === 0;
  }

  /** Asks which of them are there. */
  async look(admin: Admin): Promise<string[]> {
    const all = new Set(await admin.listTopics());
    const wanted = [...this.#sources.keys()];
    this.#missing = wanted.filter((topic) => !all.has(topic));
    return wanted.filter((topic) => all.has(topic));
  }

  /** Is one there now that was missing at the last look? */
  async hasAppeared(admin: Admin): Promise<boolean> {
    const all = new Set(await admin.listTopics());
    return this.#missing.some((topic) => all.has(topic));
  }

  /** One sentence about those that are not there, `null` if all are. */
  trouble(): string | null {
    if (this.areAllThere) return null;
    const names = this.#missing.map((topic) => `"${topic}"`).join(', ');
    return `no topic ${names} on Kafka at ${this.#brokers}; waiting for it: create it, or correct the source's topics`;
  }
}
