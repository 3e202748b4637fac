import Fastify from 'fastify';
import { expect, it } from 'vitest';
import { assertFree, listen } from '../../src/app/listen.ts';

it('a free port answers at the URL', async () => {
  const server = Fastify();
  server.get('/', () => 'here');
  const url = await listen(server, { host: '127.0.0.1', port: 0 });
  expect(await (await fetch(url)).text()).toBe('here');
  await server.close();
});

it('a taken address is an error that says what to do', async () => {
  const first = Fastify();
  const port = Number(new URL(await listen(first, { host: '127.0.0.1', port: 0 })).port);
  await expect(listen(Fastify(), { host: '127.0.0.1', port })).rejects.toThrow(
    `Can't listen on 127.0.0.1:${port}: another program listens there; stop it or set server.listen to a free address.`,
  );
  await first.close();
});

it('an address of another machine is an error that names it', async () => {
  await expect(listen(Fastify(), { host: '192.0.2.1', port: 9477 })).rejects.toThrow(
    /^Can't listen on 192\.0\.2\.1:9477: .*EADDRNOTAVAIL.*; set server\.listen to an address of this machine\.$/,
  );
});

it('an address is found to be taken before anything is opened, and a free one stays free', async () => {
  const first = Fastify();
  const port = Number(new URL(await listen(first, { host: '127.0.0.1', port: 0 })).port);
  await expect(assertFree({ host: '127.0.0.1', port })).rejects.toThrow('another program listens there');
  await first.close();
  await assertFree({ host: '127.0.0.1', port });
  const second = Fastify();
  await listen(second, { host: '127.0.0.1', port });
  await second.close();
});
