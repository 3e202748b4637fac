import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { FLEET_METRICS } from '../../../src/ingest/replay/fleet-metrics.ts';
import { FLEET_STEP_MS } from '../../../src/ingest/replay/fleet-signals.ts';
import { simulateFleet } from '../../../src/ingest/replay/simulated-fleet.ts';
import type { FleetOptions } from '../../../src/ingest/replay/simulated-fleet.ts';
import { fleetVectors } from './fleet-vectors.ts';
import type { WireSample } from './fleet-vectors.ts';

const MINUTE = 60_000;

function digest(options: Partial<FleetOptions>): string {
  const hash = createHash('sha256');
  for (const { batches } of simulateFleet(options).steps()) {
    for (const { partition, firstOffset, records } of batches) {
      hash.update(`${partition}/${firstOffset}`);
      for (const { value } of records) hash.update(value ?? '');
    }
  }
  return hash.digest('hex');
}

describe('simulateFleet', () => {
  it('gives equal bytes for equal seeds and other bytes for another seed', () => {
    const small = { hosts: 6, historyDays: 1, liveDays: 1 };
    expect(digest({ ...small, seed: 7 })).toBe(digest({ ...small, seed: 7 }));
    expect(digest({ ...small, seed: 7 })).not.toBe(digest({ ...small, seed: 8 }));
  });

  it('writes 20 hosts × 6 metrics as prometheus_json, each at its place in the step and partition', () => {
    const fleet = simulateFleet({ seed: 3, historyDays: 1, liveDays: 0 });
    const series = new Set<string>();
    const nextOffsets = new Map<number, number>();
    let step = 0;
    for (const { batches, live } of fleet.steps()) {
      expect(live).toBe(false);
      for (const batch of batches) {
        expect(batch.firstOffset).toBe(nextOffsets.get(batch.partition) ?? 0);
        expect(batch.records.map((record) => record.offset)).toEqual(
          batch.records.map((_, index) => batch.firstOffset + index),
        );
        nextOffsets.set(batch.partition, batch.nextOffset);
        for (const record of batch.records) {
          const sample = JSON.parse(Buffer.from(record.value ?? []).toString()) as WireSample;
          const shape =
            Object.keys(sample).join() === 'name,timestamp,value,labels' &&
            /^\d+(\.\d+)?$/.test(sample.value);
          const ownTime = Date.parse(sample.timestamp) === record.timeMs;
          const inStep = Math.floor((record.timeMs - fleet.options.startMs) / FLEET_STEP_MS) === step;
          if (!shape || !ownTime || !inStep) expect.unreachable(JSON.stringify({ sample, record, step }));
          series.add(`${sample.labels.instance} ${sample.name}`);
        }
      }
      step++;
    }
    expect(series.size).toBe(120);
    expect([...nextOffsets.keys()].sort()).toEqual([0, 1, 2, 3]);
    const total = [...nextOffsets.values()].reduce((sum, count) => sum + count, 0);
    for (const count of nextOffsets.values()) expect(count / total).toBeCloseTo(0.25, 1);
  });

  it('schedules one incident of each kind a day, on different hosts; what strays is an hour or more apart', () => {
    const kinds = [
      'cpu spike',
      'lost correlation',
      'memory leak',
      'stuck disk',
      'traffic drop',
      'vanished host',
    ];
    for (let seed = 1; seed <= 50; seed++) {
      const { incidents, liveFromMs } = simulateFleet({ seed, liveDays: 2 });
      expect(incidents.map((incident) => incident.kind).sort()).toEqual(
        kinds.flatMap((kind) => [kind, kind]),
      );
      expect(new Set(incidents.slice(0, 6).map((incident) => incident.instance)).size).toBe(6);
      const straying = incidents.filter(({ kind }) => kind !== 'stuck disk' && kind !== 'vanished host');
      expect(straying[0]?.startMs).toBeGreaterThan(liveFromMs);
      for (const [index, incident] of straying.slice(1).entries()) {
        expect(incident.startMs - (straying[index]?.endMs ?? 0)).toBeGreaterThanOrEqual(60 * MINUTE);
      }
    }
  });

  it('changes only the hosts and times of its incidents', () => {
    const small = { seed: 5, hosts: 6, historyDays: 1 };
    const calm = fleetVectors(simulateFleet({ ...small, incidents: false }));
    const fleet = simulateFleet(small);
    const broken = fleetVectors(fleet);
    const differing = new Set<string>();
    for (const [key, column] of broken) {
      for (const [step, value] of column.entries()) {
        const { incidents } = fleet;
        const inside = incidents.find(
          ({ kind, instance, firstStep, lastStep }) =>
            key.startsWith(`${instance} `) &&
            step >= firstStep &&
            // Of a host that comes back counters have a rate a step later.
            step <= lastStep + (kind === 'vanished host' ? 1 : 0),
        );
        const other = calm.get(key)?.[step] ?? Number.NaN;
        const equal = Object.is(value, other) || Math.abs(value / other - 1) < 0.02;
        if (!equal)
          differing.add(inside === undefined ? `${key} outside` : `${inside.kind} ${key.split(' ')[1]}`);
      }
    }
    expect([...differing].sort()).toEqual([
      'cpu spike cpu_busy',
      'lost correlation latency',
      'memory leak memory_active',
      'stuck disk disk_written',
      'traffic drop cpu_busy',
      'traffic drop network_sent',
      'traffic drop requests',
      ...['cpu_busy', 'disk_written', 'latency', 'memory_active', 'network_sent', 'requests'].map(
        (feature) => `vanished host ${feature}`,
      ),
    ]);
  });

  it('lets counters fall only at the resets, and scrapes miss only in the gaps', () => {
    const fleet = simulateFleet({ seed: 2, liveDays: 0 });
    const seen = { reset: new Set<string>(), missing: new Set<string>() };
    const before = new Map<string, number>();
    let step = 0;
    for (const { batches } of fleet.steps()) {
      const present = new Set<string>();
      for (const record of batches.flatMap((batch) => batch.records)) {
        const { name, value, labels } = JSON.parse(Buffer.from(record.value ?? []).toString()) as WireSample;
        const key = `${labels.instance} ${name}`;
        const counter = FLEET_METRICS.find(({ metric }) => metric === name)?.as === 'rate';
        if (counter && Number(value) < (before.get(key) ?? 0)) seen.reset.add(`${labels.instance} ${step}`);
        before.set(key, Number(value));
        present.add(labels.instance ?? '');
      }
      for (const { instance } of fleet.hosts)
        if (!present.has(instance)) seen.missing.add(`${instance} ${step}`);
      step++;
    }
    const resets = fleet.interruptions.filter(({ kind }) => kind === 'counter reset');
    const gaps = fleet.interruptions.filter(({ kind }) => kind === 'scrape gap');
    expect(resets.length).toBeGreaterThan(5);
    expect(gaps.length).toBeGreaterThan(5);
    const missing = gaps.flatMap((gap) =>
      Array.from({ length: gap.steps }, (_, index) => `${gap.instance} ${gap.firstStep + index}`),
    );
    expect([...seen.missing].sort()).toEqual([...new Set(missing)].sort());
    expect([...seen.reset].sort()).toEqual(
      resets.map((reset) => `${reset.instance} ${reset.firstStep}`).sort(),
    );
  });

  it.each([
    [{ hosts: 0 }, 'hosts is 0; it takes a whole number of at least 1'],
    [{ historyDays: 0.5 }, 'historyDays is 0.5'],
    [{ writtenLaterMs: 1 }, 'to lie 1 ms later; it takes whole minutes'],
    [{ startMs: 1 }, 'starts at 1; it takes the first millisecond of a UTC day'],
  ])('refuses %j', (options, message) => {
    expect(() => simulateFleet(options)).toThrow(message);
  });
});
