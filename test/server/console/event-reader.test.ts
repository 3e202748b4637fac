import { expect, it } from 'vitest';
import { EventReader } from '../../../src/server/console/event-reader.ts';
import { fc } from '../../support/properties.ts';

const TEXT =
  'retry: 2000\n\nevent: hello\ndata: {}\n\n:\n\nevent: update\ndata: {"a":"b: c"}\n\nid: 3\n\ndata: x\ndata: y\n\n';

it('takes the same events out of a stream however it is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: TEXT.length })), (cuts) => {
      const reader = new EventReader();
      const ends = [...cuts.sort((a, b) => a - b), TEXT.length];
      let from = 0;
      const events = ends.flatMap((to) => {
        const found = reader.add(TEXT.slice(from, to));
        from = to;
        return found;
      });
      expect(events).toEqual([
        { event: 'hello', data: '{}' },
        { event: 'update', data: '{"a":"b: c"}' },
        { event: 'message', data: 'x\ny' },
      ]);
    }),
  );
});
