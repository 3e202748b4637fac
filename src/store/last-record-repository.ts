import type { Database } from 'better-sqlite3';
import type { LastRecord } from '../core/records.ts';

interface Row {
  readonly source: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly fingerprint: string;
}

/** Table `last_records`: what was read last of each partition. */
export class LastRecordRepository {
  readonly #upsert;
  readonly #delete;
  readonly #all;

  constructor(database: Database) {
    this.#upsert = database.prepare<[string, string, number, number, string]>(
      `INSERT OR REPLACE INTO last_records (source, topic, partition, "offset", fingerprint) VALUES (?, ?, ?, ?, ?)`,
    );
    this.#delete = database.prepare<[string, string, number]>(
      'DELETE FROM last_records WHERE source = ? AND topic = ? AND partition = ?',
    );
    this.#all = database.prepare<[], Row>('SELECT * FROM last_records ORDER BY source, topic, partition');
  }

  put({ source, topic, partition, print }: LastRecord): void {
    if (print === null) this.#delete.run(source, topic, partition);
    else this.#upsert.run(source, topic, partition, print.offset, print.fingerprint);
  }

  all(): LastRecord[] {
    return this.#all.all().map(({ source, topic, partition, offset, fingerprint }) => {
      return { source, topic, partition, print: { offset, fingerprint } };
    });
  }
}
