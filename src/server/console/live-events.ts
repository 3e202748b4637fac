import type { LiveUpdate } from '../views/live-view.ts';
import { follow } from './api.ts';
import { EventReader } from './event-reader.ts';

/** How the connection stands. */
export type Connection = 'connecting' | 'live' | 'lost';

export interface LiveListener {
  /** The stream is open: what was read before may be behind. */
  readonly opened: () => void;
  readonly update: (update: LiveUpdate) => void;
  readonly ended: (error: unknown) => void;
}

/**
 * Follows the daemon's events until the signal aborts. By `fetch`, since an `EventSource` can't send a token. Resolves when
 * the stream has ended.
 */
export async function followEvents(listener: LiveListener, signal: AbortSignal): Promise<void> {
  try {
    const body = await follow('/api/v1/events', signal);
    listener.opened();
    const reader = new EventReader();
    const pieces = body
      .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
      .getReader();
    for (;;) {
      const { done, value } = await pieces.read();
      if (done) break;
      for (const { event, data } of reader.add(value)) {
        if (event === 'update') listener.update(JSON.parse(data) as LiveUpdate);
      }
    }
    listener.ended(null);
  } catch (error) {
    if (!signal.aborted) listener.ended(error);
  }
}
