import { expect, it } from 'vitest';
import { publishedOf } from '../../src/app/publish.ts';
import type { PipelineState } from '../../src/pipeline/pipeline-state.ts';
import type { WarmUp } from '../../src/app/warm-up.ts';
import { checkpointOf } from '../store/sample-checkpoints.ts';

it('dead letters are told by their counts, also those that were too many to be kept', () => {
  const counts = [{ source: 'node', samples: { accepted: 2 }, deadLetters: { not_json: 5000, bad_time: 1 } }];
  const published = publishedOf(checkpointOf({ effects: { counts, deadLetters: [] } }), {
    state: { detectors: [], partitions: [] } as unknown as PipelineState,
    warmUp: {} as WarmUp,
    lag: new Map(),
    thresholds: new Map(),
    sequence: 1,
    storeBytes: 0,
    waitingBytes: 0,
    heldBack: 0,
    loopDelaySeconds: 0,
  });
  expect(published.deadLetters).toEqual([
    { source: 'node', reason: 'not_json', count: 5000 },
    { source: 'node', reason: 'bad_time', count: 1 },
  ]);
  expect(published.samples).toEqual([{ source: 'node', result: 'accepted', count: 2 }]);
});
