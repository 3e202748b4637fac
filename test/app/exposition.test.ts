import { beforeEach, describe, expect, it } from 'vitest';
import { entityInfoLabels } from '../../src/app/entity-info.ts';
import { Exposition } from '../../src/app/exposition.ts';
import type { Published } from '../../src/app/messages.ts';
import { createMetrics } from '../../src/server/metrics.ts';
import { firingAlert, resolvedAlert } from '../delivery/alert-fixtures.ts';
import { detectorSpec } from '../store/sample-checkpoints.ts';
import { metricValue } from '../support/strayd-process.ts';
import { partitionOf, publishedWith, scoreOf, transitionOf } from './published-fixtures.ts';

const MINUTE_MS = 60_000;
const ACTIVE = 'strayd_alert_active{detector="hosts",entity="db-3",kind="anomaly",severity="critical"}';

describe('Exposition', () => {
  let nowMs = 0;
  let exposition = new Exposition(createMetrics({ version: '1', nodeVersion: '20' }), () => nowMs);
  const show = (parts: Partial<Published>): void => exposition.apply(publishedWith(parts));
  const text = (): Promise<string> => {
    nowMs += 1000;
    return exposition.render();
  };
  const value = async (series: string): Promise<number | null> => metricValue(await text(), series);

  beforeEach(() => {
    nowMs = 0;
    exposition = new Exposition(createMetrics({ version: '1', nodeVersion: '20' }), () => nowMs);
  });

  const fire = (change = {}): void =>
    show({ transitions: [transitionOf(firingAlert(0, change), 'pending', 'firing')] });
  const resolve = (change = {}): void =>
    show({ transitions: [transitionOf({ ...resolvedAlert(0), ...change }, 'firing', 'resolved')] });

  it('holds alert_active at 1 while an alert fires, at 0 for 15 minutes after, then drops it', async () => {
    fire();
    expect(await value(ACTIVE)).toBe(1);
    resolve();
    expect(await value(ACTIVE)).toBe(0);
    nowMs += 15 * MINUTE_MS - 3000;
    expect(await value(ACTIVE)).toBe(0);
    nowMs += 3000;
    expect(await value(ACTIVE)).toBeNull();
  });

  it('shows an absence by its kind, beside what else the entity has open', async () => {
    fire();
    fire({ id: 'gone', kind: 'absence', contributions: [], peakScore: 0 });
    const absent = ACTIVE.replace('anomaly', 'absence');
    const ratio = 'strayd_feature_contribution_ratio{detector="hosts",entity="db-3",feature="latency"}';
    expect([await value(absent), await value(ACTIVE)]).toEqual([1, 1]);
    resolve({ id: 'gone', kind: 'absence', contributions: [], peakScore: 0, resolution: 'forgotten' });
    // The other one still fires, with all that is shown of it.
    expect([await value(absent), await value(ACTIVE), await value(ratio)]).toEqual([0, 1, 0.8]);
    const ended = 'strayd_alerts_resolved_total{detector="hosts",resolution="forgotten"}';
    expect(await value(ended)).toBe(1);
  });

  it('shows an alert that becomes a shift under the labels of its onset, and that it stays', async () => {
    const stays = 'strayd_shift_active{detector="hosts",entity="db-3"}';
    fire();
    expect(await value(stays)).toBeNull();
    const shift = { kind: 'shift', kindAtOnset: 'anomaly' } as const;
    show({ transitions: [transitionOf(firingAlert(0, shift), 'firing', 'firing')] });
    expect([await value(ACTIVE), await value(stays)]).toEqual([1, 1]);
    expect((await text()).match(/^strayd_alert_active\{/gm)).toHaveLength(1);
    // Another beside it comes and goes; what the shift shows is left.
    const beside = { id: 'other', beside: 'shift' } as const;
    const besideActive = ACTIVE.replace('}', ',beside="shift"}');
    const ratio = 'strayd_feature_contribution_ratio{detector="hosts",entity="db-3",feature="latency"}';
    fire(beside);
    expect([await value(ACTIVE), await value(besideActive)]).toEqual([1, 1]);
    resolve(beside);
    expect([await value(ACTIVE), await value(besideActive), await value(ratio)]).toEqual([1, 0, 0.8]);
    resolve(shift);
    expect([await value(ACTIVE), await value(stays), await value(ratio)]).toEqual([0, 0, null]);
    nowMs += 15 * MINUTE_MS;
    expect(await text()).not.toMatch(/strayd_(shift|alert)_active\{/);
  });

  it('keeps a series at 1 that fires again while it lingers', async () => {
    fire();
    resolve();
    nowMs += 14 * MINUTE_MS;
    fire({ id: 'another' });
    nowMs += 2 * MINUTE_MS;
    expect(await value(ACTIVE)).toBe(1);
  });

  it('drops lingering series even if nobody scrapes', async () => {
    const metrics = createMetrics({ version: '1', nodeVersion: '20' });
    exposition = new Exposition(metrics, () => nowMs);
    fire();
    resolve();
    nowMs += 16 * MINUTE_MS;
    show({});
    expect((await metrics.alertActive.get()).values).toEqual([]);
  });

  it('says nothing of an alert that nobody is told of, but counts it', async () => {
    fire({ notified: false });
    expect(await value(ACTIVE)).toBeNull();
    expect(await value('strayd_alerts_total{detector="hosts",kind="anomaly"}')).toBe(1);
    resolve({ notified: false });
    expect(await value(ACTIVE)).toBeNull();
  });

  it('counts an alert once, though it goes from firing to firing when it is told late', async () => {
    fire({ notified: false });
    show({ transitions: [transitionOf(firingAlert(0), 'firing', 'firing')] });
    expect(await value('strayd_alerts_total{detector="hosts",kind="anomaly"}')).toBe(1);
    expect(await value(ACTIVE)).toBe(1);
  });

  it('does not count pending or discarded ones', async () => {
    const pending = firingAlert(0, { state: 'pending' });
    show({
      transitions: [transitionOf(pending, null, 'pending'), transitionOf(pending, 'pending', 'discarded')],
    });
    expect(await text()).not.toMatch(/strayd_(alerts_total|alert_active)\{/);
  });

  it('shows the alerts of before a restart at once', async () => {
    exposition.restore([firingAlert(0), firingAlert(0, { entity: 'db-4', state: 'pending' })]);
    const shown = await text();
    expect(metricValue(shown, ACTIVE)).toBe(1);
    expect(shown).not.toContain('db-4');
  });

  it('shows the parts of an alert while it fires', async () => {
    fire();
    const series = 'strayd_feature_contribution_ratio{detector="hosts",entity="db-3",feature="latency"}';
    expect(await value(series)).toBe(0.8);
    resolve();
    expect(await value(series)).toBeNull();
  });

  it('exports the highest thousand scores and the alerting ones, and says how many it leaves out', async () => {
    const scores = Array.from({ length: 1500 }, (_, index) => scoreOf(`host-${index}`, index / 1500));
    show({ scores: [...scores, scoreOf('db-3', 0)] });
    fire();
    const shown = await text();
    expect(shown.match(/^strayd_anomaly_score\{/gm)).toHaveLength(1001);
    expect(metricValue(shown, 'strayd_anomaly_score{detector="hosts",entity="db-3"}')).toBe(0);
    expect(metricValue(shown, 'strayd_anomaly_score{detector="hosts",entity="host-499"}')).toBeNull();
    expect(metricValue(shown, 'strayd_score_series_omitted{detector="hosts"}')).toBe(500);
  });

  it('forgets a forgotten entity', async () => {
    show({ scores: [scoreOf('db-3', 0.4), scoreOf('db-4', 0.5)] });
    expect(await text()).toContain('entity="db-3"');
    show({ forgotten: [{ detector: 'hosts', entity: 'db-3' }] });
    const shown = await text();
    expect(shown).not.toContain('db-3');
    expect(shown).toContain('db-4');
  });

  it('has no series any more of an entity that forget_after has dropped, 15 minutes after its last alert', async () => {
    show({ scores: [scoreOf('db-3', 0.4)] });
    fire();
    resolve({ resolution: 'forgotten' });
    show({ forgotten: [{ detector: 'hosts', entity: 'db-3' }] });
    expect((await text()).match(/^.*entity="db-3".*$/gm)).toEqual([`${ACTIVE} 0`]);
    nowMs += 15 * MINUTE_MS;
    expect(await text()).not.toContain('db-3');
  });

  it('tells the labels of entities with a score series, and of no others', async () => {
    const detectors = [
      { ...detectorSpec(), entity: ['zone', 'host.name'] },
      { ...detectorSpec(), name: 'apps', entity: ['entity'] },
    ];
    const metrics = createMetrics({ version: '1', nodeVersion: '20' }, entityInfoLabels(detectors));
    exposition = new Exposition(metrics, () => nowMs, detectors);
    const apps = { ...scoreOf('shop', 0), detector: 'apps' };
    show({ scores: [scoreOf('eu/db\\/3', 0.4), scoreOf('eu/db-4', 0.5), apps] });
    const shown = await text();
    const info = 'strayd_entity_info{detector="hosts",entity="eu/db\\\\/3",zone="eu",host_name="db/3"}';
    expect(metricValue(shown, info)).toBe(1);
    expect(shown).toContain('strayd_entity_info{detector="apps",entity="shop",exported_entity="shop"} 1');
    show({ forgotten: [{ detector: 'hosts', entity: 'eu/db-4' }] });
    expect((await text()).match(/^strayd_entity_info\{/gm)).toHaveLength(2);
    const many = Array.from({ length: 1500 }, (_, index) => scoreOf(`eu/host-${index}`, index / 1500));
    show({ scores: many });
    expect((await text()).match(/^strayd_entity_info\{detector="hosts"/gm)).toHaveLength(1000);
  });

  it('escapes label values', async () => {
    show({ scores: [scoreOf('a"b\\c\nd', 0.5)] });
    expect(await text()).toContain('strayd_anomaly_score{detector="hosts",entity="a\\"b\\\\c\\nd"} 0.5');
  });

  it('renders at most once a second', async () => {
    show({ storeBytes: 1 });
    nowMs = 5000;
    const first = await exposition.render();
    show({ storeBytes: 2 });
    nowMs = 5999;
    expect(await exposition.render()).toBe(first);
    nowMs = 6000;
    expect(metricValue(await exposition.render(), 'strayd_store_bytes')).toBe(2);
  });

  it('counts every score, sample and dead letter', async () => {
    const samples = [
      { source: 'node', result: 'accepted', count: 5 },
      { source: 'node', result: 'late', count: 2 },
      { source: 'node', result: 'entity_limit', count: 3 },
    ];
    const parts = {
      allScores: { hosts: Float64Array.of(0.5, 2) },
      samples,
      deadLetters: [{ source: 'node', reason: 'not_json', count: 4 }],
    };
    show(parts);
    show(parts);
    const shown = await text();
    for (const [series, expected] of [
      ['strayd_windows_scored_total{detector="hosts"}', 4],
      ['strayd_score_distribution_bucket{le="1",detector="hosts"}', 2],
      ['strayd_samples_total{source="node",result="accepted"}', 10],
      ['strayd_late_samples_total{source="node"}', 4],
      ['strayd_limit_exceeded_total{limit="entities"}', 6],
      ['strayd_dead_letters_total{source="node",reason="not_json"}', 8],
    ] as const) {
      expect(metricValue(shown, series), series).toBe(expected);
    }
  });

  it('takes the newest scored step of all entities, in whichever order they come', async () => {
    show({ scores: [scoreOf('a', 0, 90_000), scoreOf('b', 0, 60_000)] });
    show({ scores: [scoreOf('b', 0, 75_000)] });
    expect(await value('strayd_last_scored_timestamp_seconds{detector="hosts"}')).toBe(90);
  });

  it('names the model in use, and only that', async () => {
    exposition.model('hosts', 'v1', '{"backend":"wasm"}', 1000);
    exposition.model('hosts', 'v2', '{"backend":"native"}', 2000);
    const shown = await text();
    expect(shown).not.toContain('"v1"');
    expect(metricValue(shown, 'strayd_model_info{detector="hosts",version="v2",backend="native"}')).toBe(1);
    expect(metricValue(shown, 'strayd_model_trained_timestamp_seconds{detector="hosts"}')).toBe(2);
  });

  it('shows what the model found of injected faults at training, and what an hourly test says instead', async () => {
    const spike = { fault: 'spike' as const, recall: 0.9, smallestSize: 3 };
    exposition.model('hosts', 'v1', JSON.stringify({ backend: 'wasm', selfTest: [spike] }), 1000);
    const series = (name: string): string => `strayd_self_test_${name}{detector="hosts",fault="spike"}`;
    const first = await text();
    expect(
      ['recall', 'smallest_size', 'blind', 'fallen'].map((name) => metricValue(first, series(name))),
    ).toEqual([0.9, 3, 0, 0]);
    exposition.selfTested('hosts', [{ ...spike, recall: 0.2, smallestSize: null, fallen: true }], 3_600_000);
    const then = await text();
    expect(then).toContain(`${series('smallest_size')} +Inf`);
    expect(['recall', 'blind', 'fallen'].map((name) => metricValue(then, series(name)))).toEqual([0.2, 1, 1]);
    const stuck = { fault: 'stuck' as const, recall: 1, smallestSize: null, fallen: false };
    exposition.selfTested('hosts', [stuck], 3_600_000);
    expect(await text()).not.toContain('strayd_self_test_smallest_size{detector="hosts",fault="stuck"}');
    expect(metricValue(then, 'strayd_self_test_timestamp_seconds{detector="hosts"}')).toBe(3600);
  });

  describe('of the sources', () => {
    const LAG = 'strayd_watermark_lag_seconds{source="node"}';

    it('shows the lag of the partitions that are read, and drops those that are read no more', async () => {
      show({ partitions: [partitionOf(0, { lagRecords: 7 }), partitionOf(1)] });
      expect(await value('strayd_kafka_lag_records{topic="metrics",partition="0"}')).toBe(7);
      show({ partitions: [partitionOf(1)] });
      const shown = await text();
      expect(metricValue(shown, 'strayd_kafka_lag_records{topic="metrics",partition="0"}')).toBeNull();
      expect(metricValue(shown, 'strayd_kafka_lag_records{topic="metrics",partition="1"}')).toBe(0);
    });

    it('measures from the slowest partition that is not idle', async () => {
      nowMs = 99_000;
      show({
        partitions: [
          partitionOf(0, { watermarkMs: 80_000 }),
          partitionOf(1, { watermarkMs: 10_000, idle: true }),
        ],
      });
      expect(await value(LAG)).toBe(20);
    });

    it('of a topic that stalls shows a distance that grows while nothing comes', async () => {
      show({ partitions: [partitionOf(0, { watermarkMs: 0 })] });
      nowMs = 599_000;
      expect(await value(LAG)).toBe(600);
    });

    it('measures from the newest partition if all are idle, and shows nothing before the first sample', async () => {
      show({ partitions: [partitionOf(0, { watermarkMs: -Infinity })] });
      expect(await value(LAG)).toBeNull();
      nowMs = 99_000;
      const idle = true;
      show({
        partitions: [
          partitionOf(0, { watermarkMs: 10_000, idle }),
          partitionOf(1, { watermarkMs: 70_000, idle }),
        ],
      });
      expect(await value(LAG)).toBe(30);
    });
  });
});
