import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WarmUp } from '../../src/app/warm-up.ts';
import type { StepRecord } from '../../src/pipeline/effects.ts';
import { detectorSpec, openWriter, stepRecord, stepsCheckpoint } from '../store/sample-checkpoints.ts';

const DAY_MS = 86_400_000;
const base = detectorSpec();
const spec = detectorSpec({ training: { ...base.training, minSteps: 10, spanMs: DAY_MS } });

function stepsOf(entity: string, count: number, from = 0): StepRecord[] {
  return Array.from({ length: count }, (_, index) => stepRecord(entity, from + index));
}

describe('WarmUp', () => {
  it('counts the history of the entity that has most', () => {
    const warmUp = new WarmUp([spec]);
    expect(warmUp.ratio('hosts')).toBe(0);
    warmUp.add([...stepsOf('a', 2), ...stepsOf('b', 5)]);
    expect(warmUp.ratio('hosts')).toBe(0.5);
    warmUp.add(stepsOf('b', 20, 5));
    expect(warmUp.ratio('hosts')).toBe(1);
    warmUp.forget('hosts', 'b');
    expect(warmUp.ratio('hosts')).toBe(0.2);
  });

  it('asks for a training once there is enough, and again only with a quarter more', () => {
    const warmUp = new WarmUp([spec]);
    warmUp.add(stepsOf('a', 9));
    expect(warmUp.isDue('hosts')).toBe(false);
    warmUp.add(stepsOf('a', 3, 9));
    expect(warmUp.isDue('hosts')).toBe(true);
    warmUp.add(stepsOf('a', 2, 12));
    expect(warmUp.isDue('hosts')).toBe(false);
    warmUp.add(stepsOf('a', 1, 14));
    expect(warmUp.isDue('hosts')).toBe(true);
  });

  it('keeps detectors apart, and never asks for one that it does not know', () => {
    const warmUp = new WarmUp([spec, { ...spec, name: 'apps' }]);
    warmUp.add(stepsOf('a', 10));
    expect([warmUp.isDue('hosts'), warmUp.isDue('apps'), warmUp.isDue('none')]).toEqual([true, false, false]);
  });

  it('counts what an earlier run left in the store, and nothing in an empty one', () => {
    const directory = mkdtempSync(join(tmpdir(), 'strayd-warm-up-'));
    const store = openWriter(directory);
    try {
      store.declareDetectors([spec]);
      const warmUp = new WarmUp([spec]);
      warmUp.restore(store, spec);
      expect(warmUp.ratio('hosts')).toBe(0);
      store.applyCheckpoint(stepsCheckpoint(['a', 'b'], 100, 104), { outbox: [] });
      warmUp.restore(store, spec);
      expect(warmUp.ratio('hosts')).toBe(0.4);
    } finally {
      store.close();
      rmSync(directory, { recursive: true });
    }
  });
});
