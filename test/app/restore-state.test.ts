import { expect, it } from 'vitest';
import { restoreState } from '../../src/app/restore-state.ts';
import { pipelineConfig } from '../../src/config/pipeline-config.ts';
import { testMark } from '../support/partition-mark.ts';
import { checkpointOf, openWriter, temporaryDirectory } from '../store/sample-checkpoints.ts';
import { configOf } from './config-fixture.ts';

it('a source or topic that is not configured any more does not hold a detector back', async () => {
  const directory = temporaryDirectory();
  const config = pipelineConfig(configOf(directory));
  const store = openWriter(directory);
  store.declareDetectors(config.detectors);
  const marks = [
    { source: 'fleet', topic: 'fleet-metrics', watermarkMs: 10_000_000 },
    { source: 'fleet', topic: 'old-metrics', watermarkMs: 1000 },
    { source: 'gone', topic: 'fleet-metrics', watermarkMs: 1000 },
  ].map(({ watermarkMs, ...place }) => testMark({ ...place, partition: 0 }, { nextOffset: 9, watermarkMs }));
  store.applyCheckpoint(checkpointOf({ marks }), { outbox: [] });
  const { state } = await restoreState(config, store, () => undefined);
  store.close();
  expect(state.partitions.map(({ id }) => [id.source, id.topic])).toEqual([['fleet', 'fleet-metrics']]);
  // (10 000 s - 75 s) / 15 s, in whole steps.
  expect(state.detectors.map(({ closedByWatermark }) => closedByWatermark)).toEqual([660]);
});
