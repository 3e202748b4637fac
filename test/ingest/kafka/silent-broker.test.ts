import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { uniqueName } from '../../support/kafka.ts';
import { RecordingHandler, streamOf } from './recording-handler.ts';

test('stops within ten seconds although the broker took the connection and never answers', async () => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket.on('error', () => undefined)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const stream = streamOf([`127.0.0.1:${port}`], ['metrics'], { groupId: uniqueName('group') });
  try {
    const started = stream.start(new RecordingHandler());
    await once(server, 'connection');
    const beganMs = performance.now();
    await stream.close();
    expect(performance.now() - beganMs).toBeLessThan(13_000);
    await started;
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
});
