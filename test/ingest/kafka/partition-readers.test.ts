import { describe, expect, it } from 'vitest';
import { AlignedBuffers } from '../../../src/ingest/kafka/aligned-buffers.ts';
import type { ConsumerSession } from '../../../src/ingest/kafka/consumer-session.ts';
import { DeliveryLoop } from '../../../src/ingest/kafka/delivery-loop.ts';
import { PartitionReaders } from '../../../src/ingest/kafka/partition-readers.ts';
import { waitFor } from '../../support/wait-for.ts';
import { RecordingHandler } from './recording-handler.ts';

const PLACE = { topic: 'metrics', partition: 0 };
const MARK = { partition: 0, offset: '40', metadata: 'store-a:7' };
const RANGE = { partition: 0, low: '10', high: '50', offset: '50' };

/** A session whose broker answers as it is told: first `answers[0]`, the last of them for ever. */
function sessionOf(
  answers: readonly { readonly marks: readonly object[]; readonly ranges: readonly object[] }[],
) {
  let asked = 0;
  const seeks: number[] = [];
  const answer = () => answers[Math.min(asked, answers.length - 1)];
  const admin = {
    fetchOffsets: () => Promise.resolve([{ topic: 'metrics', partitions: answer()?.marks ?? [] }]),
    fetchTopicOffsets: () => {
      const ranges = answer()?.ranges ?? [];
      asked++;
      return Promise.resolve(ranges);
    },
  };
  const seek = (_place: object, offset: number): number => seeks.push(offset);
  const session = { admin, seek, pause: () => undefined, resume: () => undefined };
  return { session: session as unknown as ConsumerSession, seeks };
}

describe('a partition just assigned', () => {
  it.each([
    ['range', { marks: [MARK], ranges: [] }],
    ['mark', { marks: [], ranges: [RANGE] }],
  ])(
    'is asked for again if the broker tells no %s of it, and no offset counts as lost',
    async (_what, gap) => {
      const warnings: string[] = [];
      const buffers = new AlignedBuffers(() => Infinity, 100);
      const loop = new DeliveryLoop(buffers);
      const handler = new RecordingHandler();
      let isPositioned = false;
      const readers = new PartitionReaders(
        {
          groupId: 'strayd',
          sourceOf: () => 'node',
          idleAfterMs: 60_000,
          former: null,
          awaitMs: 0,
          nowMs: () => 0,
          log: (_level, message) => warnings.push(message),
          buffers,
          loop,
          memoryBytes: 2 ** 20,
          onPositioned: () => {
            isPositioned = true;
          },
        },
        handler,
      );
      const failures: unknown[] = [];
      loop.start(
        handler,
        () => undefined,
        (error) => failures.push(error),
      );
      const { session, seeks } = sessionOf([gap, { marks: [MARK], ranges: [RANGE] }]);
      readers.attach(session);
      readers.joined([PLACE]);
      await waitFor('the partition to have its position', () => isPositioned);
      await loop.stop();
      expect(seeks).toEqual([40]);
      expect(handler.news).toEqual(['assigned 0']);
      expect(warnings).toEqual([
        'asking for committed offsets: the broker told no offsets of metrics/0; asking again until it does',
      ]);
      expect(failures).toEqual([]);
    },
  );
});
