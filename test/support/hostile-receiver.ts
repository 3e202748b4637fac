import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createDoor, type AddressInfo, type Server as Door } from 'node:net';

/** How a request is met: properly, in one of the ways in which receivers fail, or by having its sender killed before it is answered. */
export type Misdeed =
  | 'fine'
  | 'error'
  | 'busy'
  | 'hang'
  | 'reset'
  | 'half_header'
  | 'half_body'
  | 'huge'
  | 'endless'
  | 'endless_error'
  | 'kill';

/** What a receiver has taken in, whatever it answered; refused requests are left out. */
export interface TakenRequest {
  readonly key: string;
  readonly body: string;
}

/** A webhook's other end that misbehaves by plan. */
export interface HostileReceiver {
  readonly url: string;
  readonly port: number;
  /** In the order of arrival; those that were answered by an error or not at all were not taken. */
  readonly taken: readonly TakenRequest[];
  onKill(kill: () => Promise<void>): void;
  /** Every connection is cut at once. */
  goDown(): Promise<void>;
  comeBack(port: number): Promise<void>;
  close(): Promise<void>;
}

/** Misdeeds after which a sender may think that its delivery has arrived. */
const TAKES: readonly Misdeed[] = ['fine', 'half_body', 'huge', 'endless', 'kill'];

function write(response: ServerResponse, status: number, forever: boolean): void {
  response.writeHead(status);
  const chunk = 'x'.repeat(65_536);
  let left = forever ? Infinity : 100;
  const more = (): void => {
    while (left > 0 && !response.destroyed) {
      left--;
      if (!response.write(chunk)) return;
    }
    response.end();
  };
  response.on('drain', more);
  more();
}

function answer(misdeed: Misdeed, { socket }: IncomingMessage, response: ServerResponse): void {
  switch (misdeed) {
    case 'fine':
      response.end('ok');
      return;
    case 'error':
      response.writeHead(500).end('no');
      return;
    case 'busy':
      response.writeHead(429, { 'retry-after': '60' }).end();
      return;
    case 'reset':
      socket.destroy();
      return;
    case 'half_header':
      socket.end('HTTP/1.1 200 OK\r\ncontent-le');
      return;
    case 'half_body':
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf');
      return;
    case 'huge':
      write(response, 200, false);
      return;
    case 'endless':
      write(response, 200, true);
      return;
    case 'endless_error':
      write(response, 503, true);
      return;
    case 'hang':
    case 'kill':
      return;
  }
}

/** Starts it; `plan` says how the nth request from 0 is met. */
export async function startHostileReceiver(plan: (index: number) => Misdeed): Promise<HostileReceiver> {
  const taken: TakenRequest[] = [];
  let count = 0;
  let kill: () => Promise<void> = () => Promise.resolve();
  let server: Server | null = null;
  let door: Door | null = null;
  const shutDoor = async (): Promise<void> => {
    const shut = door;
    door = null;
    await new Promise<void>((resolve) => (shut === null ? resolve() : shut.close(() => resolve())));
  };
  const stop = async (): Promise<void> => {
    await shutDoor();
    const open = server;
    server = null;
    open?.closeAllConnections();
    await new Promise<void>((resolve) => (open === null ? resolve() : open.close(() => resolve())));
  };
  const listen = async (port: number): Promise<number> => {
    await shutDoor();
    const fresh = createServer((request, response) => {
      response.on('error', () => undefined);
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const misdeed = plan(count++);
        const body = Buffer.concat(chunks).toString('utf8');
        if (TAKES.includes(misdeed)) taken.push({ key: String(request.headers['idempotency-key']), body });
        if (misdeed === 'kill') void kill();
        answer(misdeed, request, response);
      });
    });
    server = fresh;
    await new Promise<void>((resolve) => fresh.listen(port, '127.0.0.1', resolve));
    return (fresh.address() as AddressInfo).port;
  };
  const port = await listen(0);
  return {
    url: `http://127.0.0.1:${port}/hook`,
    port,
    taken,
    onKill: (callback) => {
      kill = callback;
    },
    goDown: async () => {
      await stop();
      // The port stays its own, or another program's receiver might answer in its place.
      const shut = createDoor((socket) => socket.destroy());
      door = shut;
      await new Promise<void>((resolve) => shut.listen(port, '127.0.0.1', resolve));
    },
    comeBack: async (again) => void (await listen(again)),
    close: stop,
  };
}
