import { beforeEach, describe, expect, it } from 'vitest';
import type { EventName } from '../../src/app/telemetry.ts';
import { Vitals } from '../../src/app/vitals.ts';
import { publishedWith } from './published-fixtures.ts';

describe('Vitals', () => {
  let nowMs = 0;
  let vitals = new Vitals(() => nowMs);
  const note = (event: EventName, message = ''): void => vitals.noted({ event, level: 'info', message });

  beforeEach(() => {
    nowMs = 1000;
    vitals = new Vitals(() => nowMs);
  });

  it('is alive until the pipeline thread has been silent for a minute, and again when it answers', () => {
    nowMs += 59_999;
    expect(vitals.notAlive()).toBeNull();
    nowMs += 1;
    expect(vitals.notAlive()).toBe('the pipeline thread has not answered for 60 s');
    vitals.answered();
    expect(vitals.notAlive()).toBeNull();
  });

  it('tells how far the reading of history is, until it is over or has failed', () => {
    const read = (fraction: number, isOver = false): void => {
      const fields = { detectors: ['hosts'], fraction, vectors: 10, isOver };
      vitals.noted({ event: 'bootstrap', level: 'info', message: `at ${fraction}`, fields });
    };
    expect(vitals.bootstrap('hosts')).toBeNull();
    read(0.25);
    expect(vitals.bootstrap('hosts')).toEqual({ ratio: 0.25, text: 'at 0.25' });
    expect(vitals.bootstrap('apps')).toBeNull();
    read(1, true);
    expect(vitals.bootstrap('hosts')).toBeNull();
    read(0.5);
    note('bootstrap_failed');
    expect(vitals.bootstrap('hosts')).toBeNull();
  });

  it('is ready with an open store and a partition to read, and stays so when the group sorts itself out', () => {
    expect(vitals.notReady()).toEqual(['the store is not open yet', 'no partition has been assigned yet']);
    vitals.storeOpened();
    note('partition_assigned');
    expect(vitals.notReady()).toEqual([]);
    note('partition_revoked');
    note('kafka_trouble', 'gone');
    expect(vitals.notReady()).toEqual([]);
  });

  it('tells of each trouble until it is over, in its newest words', () => {
    note('kafka_trouble', 'the broker is down');
    note('store_full', 'the disk is full');
    note('kafka_trouble', 'the topic is missing');
    expect(vitals.trouble()).toEqual(['the topic is missing', 'the disk is full']);
    note('kafka_recovered');
    note('store_recovered');
    expect(vitals.trouble()).toEqual([]);
  });

  it('knows the newest state of each detector', () => {
    const state = {
      detector: 'hosts',
      entities: 1,
      openAlerts: 0,
      warmupRatio: 0.5,
      modelVersion: null,
      threshold: null,
    };
    vitals.published(publishedWith({ detectors: [state] }));
    vitals.published(publishedWith({ detectors: [{ ...state, entities: 2 }] }));
    expect(vitals.detector('hosts')?.entities).toBe(2);
    expect(vitals.detector('other')).toBeUndefined();
  });
});
