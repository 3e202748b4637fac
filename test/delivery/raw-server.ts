import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** A server that does what no proper HTTP server does: answers each request by writing to the bare socket. */
export interface RawServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts it on the loopback; `answer` is called once a connection, when the first bytes of a request are there. */
export async function startRawServer(answer: (socket: Socket) => void): Promise<RawServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    socket.once('data', () => {
      answer(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => {
          resolve();
        });
      }),
  };
}
