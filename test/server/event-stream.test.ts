import { EventEmitter } from 'node:events';
import type { FastifyReply } from 'fastify';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EventStream } from '../../src/server/event-stream.ts';

/** The raw side of an answer: what it was sent, and how much of that nobody has read. */
class Client extends EventEmitter {
  text = '';
  writableLength = 0;
  destroyed = false;
  readonly #reads: boolean;

  constructor(reads: boolean) {
    super();
    this.#reads = reads;
  }

  writeHead(): void {}

  write(text: string): void {
    this.text += text;
    if (!this.#reads) this.writableLength += text.length;
  }

  destroy(): void {
    this.destroyed = true;
  }
}

function replyOf(raw: Client): FastifyReply {
  return { hijack: () => undefined, raw } as unknown as FastifyReply;
}

describe('a stream of events', () => {
  let stream: EventStream;
  beforeEach(() => {
    vi.useFakeTimers();
    stream = new EventStream();
  });
  afterEach(() => {
    stream.close();
    vi.useRealTimers();
  });

  it('cuts off a client that does not read, and goes on with the others', () => {
    const [reader, sleeper] = [new Client(true), new Client(false)];
    stream.add(replyOf(reader));
    stream.add(replyOf(sleeper));
    const large = 'x'.repeat(1024 * 1024);
    for (let sent = 0; sent < 3; sent++) stream.send('update', large);
    expect(sleeper.destroyed).toBe(false);
    for (let sent = 0; sent < 3; sent++) stream.send('update', large);
    expect([reader.destroyed, sleeper.destroyed]).toEqual([false, true]);
    expect([reader, sleeper].map(({ text }) => text.split('event: update').length - 1)).toEqual([6, 4]);
  });

  it('says something every quarter of a minute, so that no proxy ends it', () => {
    const client = new Client(true);
    stream.add(replyOf(client));
    const before = client.text;
    vi.advanceTimersByTime(15_000);
    expect(client.text).toBe(`${before}:\n\n`);
  });

  it('ends every client when it closes', () => {
    const client = new Client(true);
    stream.add(replyOf(client));
    stream.close();
    expect(client.destroyed).toBe(true);
  });
});
