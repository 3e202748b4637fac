import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { quietClient } from './kafka.ts';

/** A bridge from Prometheus' remote write to Kafka: each request's body, as it came, is one record. */
export interface RemoteWriteBridge {
  readonly url: string;
  stop(): Promise<void>;
}

const bodyOf = async (request: AsyncIterable<Buffer>): Promise<Buffer> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
};

/** Listens on a free loopback port and produces to `topic`. */
export const startRemoteWriteBridge = async (
  brokers: readonly string[],
  topic: string,
): Promise<RemoteWriteBridge> => {
  const producer = quietClient(brokers).producer();
  await producer.connect();
  const server: Server = createServer((request, response) => {
    bodyOf(request)
      .then((value) => producer.send({ topic, messages: [{ value }] }))
      .then(
        () => response.writeHead(204).end(),
        (error: unknown) => response.writeHead(503).end(String(error)),
      );
  });
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/api/v1/write`,
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      await producer.disconnect();
    },
  };
};
