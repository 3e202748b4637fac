import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { apiClient } from '../../src/cli/api-client.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** Something that gives this answer to every request. */
async function answering(status: number, body: string): Promise<string> {
  const server = createServer((_request, response) => response.writeHead(status).end(body));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('says how to pass a token where one is missing, and tells that from a wrong one', async () => {
  const url = await answering(401, '{}');
  await expect(apiClient({ url, token: null }).get('/')).rejects.toThrow('--token-file FILE');
  await expect(apiClient({ url, token: 'x' }).get('/')).rejects.toThrow('refused the token');
});

test('refuses a token of two lines without showing it', () => {
  const make = (): unknown => apiClient({ url: 'http://127.0.0.1:1', token: 'abc\nsecret' });
  expect(make).toThrow('the token alone');
  expect(make).not.toThrow('secret');
});

test('says that what answers in HTML is no strayd', async () => {
  const url = await answering(200, '<html></html>');
  await expect(apiClient({ url, token: null }).get('/')).rejects.toThrow('does not answer as strayd does');
});
