import type { StreamHandler } from '../record-stream.ts';
import type { AlignedBuffers } from './aligned-buffers.ts';
import { logRanges } from './broker-state.ts';
import type { ConsumerSession } from './consumer-session.ts';
import type { DeliveryLoop } from './delivery-loop.ts';
import { rootMessage, type KafkaLog } from './kafka-client.ts';
import type { PartitionReader } from './partition-reader.ts';

/** What the watch works with; `nowMs` only measures how long a partition has been silent. */
export interface IdleWatchOptions {
  readonly idleAfterMs: number;
  readonly nowMs: () => number;
  readonly log: KafkaLog;
  readonly buffers: AlignedBuffers;
  readonly loop: DeliveryLoop;
  readonly handler: StreamHandler;
}

/** The assignment in which a verdict is made; void once `isCurrent` is false. */
export interface Assignment {
  readonly session: ConsumerSession;
  readonly isCurrent: () => boolean;
}

/* A partition that had nothing from the start holds the others back no longer than this. */
const EMPTY_IDLE_MS = 5_000;
/* Fetches come back at least four times a second; after a longer silence of the broker nothing counts as idle. */
const POLL_GAP_MS = 2_000;

/** Judges which partitions are idle: silent for a while at the log's end, which the broker has to confirm. */
export class IdleWatch {
  readonly #options: IdleWatchOptions;
  #lastPollMs = -Infinity;

  constructor(options: IdleWatchOptions) {
    this.#options = options;
  }

  /** A fetch came back. */
  polled(readers: Iterable<PartitionReader>, assignment: Assignment): void {
    const { nowMs, buffers, idleAfterMs } = this.#options;
    const now = nowMs();
    const wasAway = now - this.#lastPollMs > POLL_GAP_MS;
    this.#lastPollMs = now;
    for (const reader of readers) {
      const isRead = reader.isReady && !reader.isPaused && reader.unproved === null;
      const isQuiet = isRead && this.#mayBeIdle(reader);
      if (!isQuiet || wasAway) reader.quietSinceMs = now;
      const patienceMs = reader.hasRead ? idleAfterMs : Math.min(idleAfterMs, EMPTY_IDLE_MS);
      const isSilent = isQuiet && reader.expected >= reader.logEnd && now - reader.quietSinceMs >= patienceMs;
      if (!isSilent || buffers.isIdle(reader.key)) continue;
      reader.quietSinceMs = now;
      void this.#confirm(reader, assignment);
    }
  }

  /** A record came. */
  wake(reader: PartitionReader): void {
    const { buffers, loop, handler } = this.#options;
    if (!buffers.isIdle(reader.key)) return;
    buffers.setIdle(reader.key, false);
    loop.push(() => handler.idle(reader.id, false));
  }

  /* While its source is on hold a partition says nothing: the others would close steps on its word. */
  #mayBeIdle({ key, id }: PartitionReader): boolean {
    const { buffers } = this.#options;
    return buffers.isEmpty(key) && !buffers.isHeld(id.source);
  }

  async #confirm(reader: PartitionReader, { session, isCurrent }: Assignment): Promise<void> {
    const { buffers, loop, log, handler } = this.#options;
    const { topic, partition } = reader.id;
    try {
      const range = (await logRanges(session.admin, topic)).get(partition);
      if (!isCurrent() || range === undefined) return;
      reader.logEnd = range.high;
      if (range.high > reader.expected || !this.#mayBeIdle(reader) || buffers.isIdle(reader.key)) return;
      buffers.setIdle(reader.key, true);
      loop.push(() => {
        // Unless the reading has gone back, or on, meanwhile.
        if (buffers.isIdle(reader.key)) handler.idle(reader.id, true);
      });
    } catch (error) {
      log('warn', `asking for the end of ${topic}/${partition}: ${rootMessage(error)}`);
    }
  }
}
