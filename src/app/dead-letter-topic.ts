import { setTimeout as pause } from 'node:timers/promises';
import type { DeadLetter } from '../core/records.ts';
import type { OutgoingRecord } from '../ingest/kafka/kafka-producer.ts';
import type { StoreWriter } from '../store/store-writer.ts';
import type { Report } from './telemetry.ts';

/** Writes to a topic; rejects until the brokers have all of it. `isRefusal`: they will never take it. */
export interface LetterSink {
  send(records: readonly OutgoingRecord[]): Promise<void>;
  isRefusal(error: unknown): boolean;
  messageOf(error: unknown): string;
  close(): Promise<void>;
}

/** What the forwarding works with. */
export interface DeadLetterTopicOptions {
  readonly topic: string;
  readonly sink: LetterSink;
  readonly store: Pick<StoreWriter, 'note' | 'setNote' | 'deadLettersAfter'>;
  /** Writes with patience for a full disk; false if the end came first. */
  readonly write: (work: () => void) => Promise<boolean>;
  readonly report: Report;
  readonly nowMs: () => number;
  /** Between two attempts; doubles up to 64 times of it. */
  readonly retryMs?: number;
}

const RETRY_MS = 500;
const MOST_DOUBLINGS = 6;
/* Brokers that hang must not hold the end up. */
const STOP_PATIENCE_MS = 5_000;
const BATCH = { count: 200, bytes: 512 * 1024 };
/* Under this name stands the last one that the brokers have. */
const SENT_NOTE = 'dead_letters_sent';

/**
 * Sends dead letters on to a topic, oldest first, each at least once: those that the store's ring holds are sent when the
 * brokers answer again, also after a restart. What the ring has lost by then is counted and told.
 */
export class DeadLetterTopic {
  readonly #options: DeadLetterTopicOptions;
  readonly #stopping = new AbortController();
  #wake: () => void = () => undefined;
  #isTroubled = false;
  /** The store may be closed: what is under way is not noted any more, and sent again. */
  #isOver = false;
  #done: Promise<void> = Promise.resolve();

  constructor(options: DeadLetterTopicOptions) {
    this.#options = options;
  }

  /** Begins with what was not sent before; a failure that is not the brokers' goes to `failed`. */
  start(failed: (error: unknown) => void): void {
    this.#done = this.#run().catch(failed);
  }

  /** There are new ones. */
  wake(): void {
    this.#wake();
  }

  /** Ends the forwarding within five seconds; what is left is sent after the next start. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake();
    const over = pause(STOP_PATIENCE_MS, undefined, { ref: false });
    await Promise.race([this.#done.then(() => this.#options.sink.close()), over]);
    this.#isOver = true;
  }

  async #run(): Promise<void> {
    const { store, write } = this.#options;
    let sent = Number(store.note(SENT_NOTE) ?? 0);
    while (!this.#stopping.signal.aborted) {
      const awoken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      const rows = store.deadLettersAfter(sent, BATCH);
      const last = rows.at(-1);
      if (rows[0] === undefined || last === undefined) {
        await awoken;
        continue;
      }
      this.#tellLost(rows[0].id - sent - 1);
      if (!(await this.#deliver(rows.map(({ letter }) => letter)))) return;
      if (this.#isOver) return;
      sent = last.id;
      const reached = String(sent);
      if (!(await write(() => store.setNote(SENT_NOTE, reached)))) return;
    }
  }

  /* False once stopping. */
  async #deliver(letters: readonly DeadLetter[]): Promise<boolean> {
    const { sink, retryMs = RETRY_MS } = this.#options;
    for (let attempt = 0; !this.#stopping.signal.aborted; attempt++) {
      try {
        await sink.send(letters.map((letter) => this.#recordOf(letter)));
        this.#recovered();
        return true;
      } catch (error) {
        const isRefusal = sink.isRefusal(error);
        if (isRefusal && letters.length > 1) return this.#deliverEach(letters);
        this.#tellTrouble(error, isRefusal ? letters[0] : undefined);
        if (isRefusal) return true;
        const waitMs = retryMs * 2 ** Math.min(attempt, MOST_DOUBLINGS);
        await pause(waitMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      }
    }
    return false;
  }

  /* One that is refused must not keep the others back. */
  async #deliverEach(letters: readonly DeadLetter[]): Promise<boolean> {
    for (const letter of letters) if (!(await this.#deliver([letter]))) return false;
    return true;
  }

  #recordOf({ source, topic, partition, offset, reason, detail, bytes }: DeadLetter): OutgoingRecord {
    const timeMs = this.#options.nowMs();
    const headers = {
      'strayd-source': source,
      'strayd-topic': topic,
      'strayd-partition': String(partition),
      'strayd-offset': String(offset),
      'strayd-reason': reason,
      'strayd-detail': detail,
      'strayd-time': new Date(timeMs).toISOString(),
    };
    return { partition: null, key: `${topic}/${partition}`, value: bytes, timeMs, headers };
  }

  #tellLost(count: number): void {
    if (count === 0) return;
    const message =
      `So many dead letters came while topic ${this.#options.topic} could not be written that ${count} of the oldest ` +
      'were given up; they are counted by reason in strayd_dead_letters_total.';
    const fields = { limit: 'dead_letters', count };
    this.#options.report({ event: 'limit_reached', level: 'warn', message, fields });
  }

  #tellTrouble(error: unknown, refused: DeadLetter | undefined): void {
    const { topic, sink, report } = this.#options;
    const what = sink.messageOf(error);
    if (refused !== undefined) {
      const { topic: from, partition, offset } = refused;
      const message = `The brokers refuse the dead letter of ${from}/${partition} offset ${offset} for topic ${topic}: ${what}; it stays in the store only.`;
      report({ event: 'dead_letter_trouble', level: 'warn', message });
      return;
    }
    if (this.#isTroubled) return;
    this.#isTroubled = true;
    const message = `Dead letters for topic ${topic} wait in the store: ${what}; create the topic, or correct dead_letters.topic.`;
    report({ event: 'dead_letter_trouble', level: 'error', message });
  }

  #recovered(): void {
    if (!this.#isTroubled) return;
    this.#isTroubled = false;
    const message = `Dead letters go to topic ${this.#options.topic} again.`;
    this.#options.report({ event: 'dead_letter_recovered', level: 'info', message });
  }
}
