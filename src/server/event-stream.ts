import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import { sendProblem } from './problem.ts';

/** A browser tab each; each costs a socket and its share of the updates. */
const MOST_CLIENTS = 50;
/** A client that has so much unread is cut off; it comes back by itself and reads everything anew. */
const MOST_UNREAD_BYTES = 4 * 1024 * 1024;
/** Proxies end connections that are silent for a minute. */
const KEEP_ALIVE_MS = 15_000;

/** Server-sent events to a bounded number of clients, none of which can hold the daemon or another client up. */
export class EventStream {
  readonly #clients = new Set<ServerResponse>();
  readonly #keepAlive: NodeJS.Timeout;

  constructor() {
    this.#keepAlive = setInterval(() => this.#write(':\n\n'), KEEP_ALIVE_MS);
    this.#keepAlive.unref();
  }

  /** Takes over the answer to a request; a client too many is told so. */
  add(reply: FastifyReply): FastifyReply {
    if (this.#clients.size >= MOST_CLIENTS) {
      return sendProblem(reply.header('retry-after', '30'), {
        status: 503,
        title: 'Too many follow the events',
        detail: `${MOST_CLIENTS} clients follow them already; close one, or ask GET /api/v1/scores now and then.`,
      });
    }
    reply.hijack();
    const client = reply.raw;
    client.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // Proxies that gather answers before they pass them on would hold the events back.
      'x-accel-buffering': 'no',
    });
    client.write('retry: 2000\n\nevent: hello\ndata: {}\n\n');
    this.#clients.add(client);
    client.on('close', () => this.#clients.delete(client));
    client.on('error', () => this.#drop(client));
    return reply;
  }

  /** Sends one event to all; `data` is made into JSON once. */
  send(event: string, data: unknown): void {
    if (this.#clients.size === 0) return;
    // JSON has no line break outside its strings, and none unescaped in them.
    this.#write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  close(): void {
    clearInterval(this.#keepAlive);
    for (const client of this.#clients) this.#drop(client);
  }

  #write(text: string): void {
    for (const client of this.#clients) {
      client.write(text);
      if (client.writableLength > MOST_UNREAD_BYTES) this.#drop(client);
    }
  }

  #drop(client: ServerResponse): void {
    this.#clients.delete(client);
    client.destroy();
  }
}
