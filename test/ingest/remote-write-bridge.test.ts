import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { RawBatch } from '../../src/core/records.ts';
import type { Sample } from '../../src/core/sample.ts';
import { decodeBatch } from '../../src/ingest/decode-batch.ts';
import { remoteWrite } from '../../src/ingest/formats/remote-write.ts';
import { createTopic, sharedKafka, uniqueName } from '../support/kafka.ts';
import { prometheusBinary, startPrometheus } from '../support/prometheus.ts';
import { startRemoteWriteBridge } from '../support/remote-write-bridge.ts';
import { waitFor } from '../support/wait-for.ts';
import { testLimits } from './formats/format-contract.ts';
import { RecordingHandler, streamOf } from './kafka/recording-handler.ts';

const format = remoteWrite();
const limits = { ...testLimits, maxRecordBytes: 2 ** 20, maxSamplesPerRecord: 100_000 };

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/* Something to scrape: a gauge that counts the scrapes, with a label worth escaping. */
const startTarget = async (): Promise<Server> => {
  let scrapes = 0;
  const server = createServer((_request, response) => {
    scrapes += 1;
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' });
    response.end(`strange_gauge{path="C:\\\\ü \\"x\\"",kind="a"} ${scrapes}.5\n`);
  });
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  closers.push(() => new Promise((done) => server.close(done)));
  return server;
};

const samplesOf = (batches: readonly RawBatch[]): readonly Sample[] =>
  batches.flatMap((batch) => {
    const { records, deadLetters } = decodeBatch(batch, format, limits);
    expect(deadLetters).toEqual([]);
    return records.flatMap(({ samples }) => samples);
  });

interface RangeAnswer {
  readonly data: { readonly result: readonly { readonly values: readonly [number, string][] }[] };
}

test.skipIf(prometheusBinary.path === null)(
  `reads what a real Prometheus pushes, to the ms and the bit${prometheusBinary.note}`,
  async () => {
    const { brokers } = await sharedKafka();
    const topic = await createTopic(brokers, 1);
    const bridge = await startRemoteWriteBridge(brokers, topic);
    closers.push(() => bridge.stop());
    const target = await startTarget();
    const { port } = target.address() as AddressInfo;
    const prometheus = await startPrometheus({
      targets: [`127.0.0.1:${port}`],
      remoteWrite: bridge.url,
    });
    closers.push(() => prometheus.stop());

    const handler = new RecordingHandler();
    const stream = streamOf(brokers, [topic], { groupId: uniqueName('group') });
    closers.push(() => stream.close());
    await stream.start(handler);
    const gauges = (): readonly Sample[] =>
      samplesOf(handler.batches).filter(({ metric }) => metric === 'strange_gauge');
    await waitFor('three samples of the gauge', () => gauges().length >= 3);

    const seen = gauges();
    const [first] = seen;
    expect(first?.labels).toMatchObject({ path: 'C:\\ü "x"', kind: 'a', job: 'strayd' });
    const answer = (await (
      await fetch(`${prometheus.url}/api/v1/query?query=strange_gauge[5m]`)
    ).json()) as RangeAnswer;
    const stored = answer.data.result[0]?.values ?? [];
    expect(seen.map(({ timeMs, value }) => [timeMs, value])).toEqual(
      stored.slice(0, seen.length).map(([seconds, value]) => [Math.round(seconds * 1000), Number(value)]),
    );
  },
  60_000,
);
