import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The far end of a schema registry: answers by path, counts what it was asked. */
export interface FakeRegistry {
  readonly url: string;
  /** Path → body; a number answers with that status. */
  readonly answers: Map<string, unknown>;
  /** Paths in the order of asking, and the log-ins that came along. */
  readonly asked: string[];
  readonly logins: (string | undefined)[];
  close(): Promise<void>;
}

/** Starts one; `answers` may change while it runs. */
export async function fakeRegistry(answers: Readonly<Record<string, unknown>> = {}): Promise<FakeRegistry> {
  const known = new Map(Object.entries(answers));
  const asked: string[] = [];
  const logins: (string | undefined)[] = [];
  const server: Server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    logins.push(request.headers.authorization);
    const answer = known.get(path) ?? 404;
    response.statusCode = typeof answer === 'number' ? answer : 200;
    const body = typeof answer === 'number' ? { error_code: 40403, message: 'Schema not found' } : answer;
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    answers: known,
    asked,
    logins,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
