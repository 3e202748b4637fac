import { expect, it } from 'vitest';
import { brokerMark, committedMark, storeOf } from '../../../src/ingest/kafka/broker-mark.ts';
import { testMark } from '../../support/partition-mark.ts';

const PLACE = { source: 'node', topic: 'metrics', partition: 2 };

it('commits where another store would go on, and reads it back', () => {
  const handOver = { offset: 40, wholeFromMs: 1_700_000_000_000 };
  const committed = committedMark(testMark(PLACE, { lowOffset: 70, handOver }), 'feed:12');
  expect(committed).toEqual({
    topic: 'metrics',
    partition: 2,
    offset: '40',
    metadata: 'feed:12;whole_from=1700000000000',
  });
  expect(brokerMark(40, committed.metadata)).toEqual({
    offset: 40,
    owner: 'feed:12',
    wholeFromMs: 1_700_000_000_000,
  });
  expect(storeOf('feed:12')).toBe('feed');
});

it('says nothing of steps where all of them are to be given out', () => {
  expect(committedMark(testMark(PLACE, { lowOffset: 7 }), 'feed:1').metadata).toBe('feed:1');
  expect(brokerMark(7, 'feed:1')).toEqual({ offset: 7, owner: 'feed:1' });
});

it('takes an offset without metadata for an operator’s, and a negative one for none', () => {
  expect(brokerMark(7, '')).toEqual({ offset: 7, owner: null });
  expect(brokerMark(7, null)).toEqual({ offset: 7, owner: null });
  expect(brokerMark(-1, '')).toEqual({ offset: null, owner: null });
});
