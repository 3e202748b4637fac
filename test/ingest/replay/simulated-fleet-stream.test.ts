import { describe, expect, it } from 'vitest';
import type { PartitionId, RawBatch } from '../../../src/core/records.ts';
import { simulateFleet } from '../../../src/ingest/replay/simulated-fleet.ts';
import { SimulatedFleetStream } from '../../../src/ingest/replay/simulated-fleet-stream.ts';
import type { StreamHandler } from '../../../src/ingest/record-stream.ts';

const fleet = simulateFleet({ seed: 9, hosts: 3, historyDays: 1, liveDays: 1 });

class Recorder implements StreamHandler {
  readonly batches: RawBatch[] = [];
  readonly idled: number[] = [];
  open = 0;
  mostOpen = 0;
  onBatch: (batch: RawBatch) => Promise<void> = () => Promise.resolve();

  constructor(readonly from: (partition: number) => number | null = () => null) {}

  assigned({ partition }: PartitionId): number | null {
    return this.from(partition);
  }

  async batch(batch: RawBatch): Promise<void> {
    this.mostOpen = Math.max(this.mostOpen, ++this.open);
    await this.onBatch(batch);
    this.batches.push(batch);
    this.open--;
  }

  idle({ partition }: PartitionId, idle: boolean): void {
    if (idle) this.idled.push(partition);
  }

  revoked(): void {}
  lastRead(): null {
    return null;
  }
  offsetLost(): void {}
  replaced(): void {}
  trouble(): void {}
}

const newest = (recorder: Recorder): number =>
  Math.max(...recorder.batches.flatMap((batch) => batch.records.map((record) => record.timeMs)));

describe('SimulatedFleetStream', () => {
  it('serves the history, waits for resume, then serves the live day and goes idle', async () => {
    const recorder = new Recorder();
    const stream = new SimulatedFleetStream(fleet);
    await stream.start(recorder);
    await stream.historyServed;
    expect(newest(recorder)).toBeLessThan(fleet.liveFromMs);
    expect(fleet.liveFromMs - newest(recorder)).toBeLessThanOrEqual(60_000);
    expect(recorder.idled).toEqual([]);
    stream.resume();
    await stream.finished;
    expect(fleet.endMs - newest(recorder)).toBeLessThanOrEqual(60_000);
    expect(recorder.idled).toEqual([0, 1, 2, 3]);
  });

  it('pauses after each live step, and in the history not at all', async () => {
    const recorder = new Recorder();
    let pauses = 0;
    const stream = new SimulatedFleetStream(fleet, async () => void (pauses += 1));
    await stream.start(recorder);
    await stream.historyServed;
    expect(pauses).toBe(0);
    stream.resume();
    await stream.finished;
    expect(pauses).toBe(24 * 60);
  });

  it('hands over one batch at a time and waits for it', async () => {
    const recorder = new Recorder();
    recorder.onBatch = () => new Promise((done) => setImmediate(done));
    const stream = new SimulatedFleetStream(
      simulateFleet({ seed: 9, hosts: 1, historyDays: 1, liveDays: 0 }),
    );
    await stream.start(recorder);
    await stream.finished;
    expect(recorder.batches.length).toBeGreaterThan(1000);
    expect(recorder.mostOpen).toBe(1);
  });

  it('goes on from the offsets that the handler asks for, with equal records', async () => {
    const read = async (from: (partition: number) => number | null): Promise<Map<string, string>> => {
      const recorder = new Recorder(from);
      const stream = new SimulatedFleetStream(fleet);
      stream.resume();
      await stream.start(recorder);
      await stream.finished;
      return new Map(
        recorder.batches.flatMap(({ partition, records }) =>
          records.map(({ offset, value }) => [`${partition}/${offset}`, Buffer.from(value ?? []).toString()]),
        ),
      );
    };
    const all = await read(() => null);
    const rest = await read((partition) => 1003 + partition);
    const expected = [...all].filter(([key]) => {
      const [partition, offset] = key.split('/').map(Number);
      return (offset ?? 0) >= 1003 + (partition ?? 0);
    });
    expect([...rest]).toEqual(expected);
  });

  it('stops while it waits for resume and in the middle of a batch', async () => {
    const waiting = new SimulatedFleetStream(fleet);
    await waiting.start(new Recorder());
    await waiting.historyServed;
    await waiting.stop();

    const recorder = new Recorder();
    const stream = new SimulatedFleetStream(fleet);
    let release: () => void = () => undefined;
    const reached = new Promise<void>((entered) => {
      recorder.onBatch = () =>
        new Promise((done) => {
          release = done;
          entered();
        });
    });
    await stream.start(recorder);
    await reached;
    let stopped = false;
    const stopping = stream.stop().then(() => {
      stopped = true;
    });
    await new Promise((done) => setImmediate(done));
    expect(stopped).toBe(false);
    release();
    await stopping;
    expect(recorder.batches).toHaveLength(1);
    expect(recorder.idled).toEqual([]);
  });

  it('passes on what the handler throws', async () => {
    const recorder = new Recorder();
    recorder.onBatch = () => Promise.reject(new Error('disk full'));
    const stream = new SimulatedFleetStream(fleet);
    await stream.start(recorder);
    await expect(stream.historyServed).rejects.toThrow('disk full');
    await expect(stream.finished).rejects.toThrow('disk full');
    await stream.stop();
  });

  it('goes on with another handler where that one wants it to, also after the end, and calls nobody meanwhile', async () => {
    const [first, second, third] = [new Recorder(), new Recorder(() => 40), new Recorder(() => 0)];
    const stream = new SimulatedFleetStream(fleet);
    await stream.start(first);
    await stream.historyServed;
    const served = first.batches.length;
    await stream.exchange(() => {
      expect(first.open).toBe(0);
      return Promise.resolve(second);
    });
    stream.resume();
    await stream.finished;
    expect(first.batches.length).toBe(served);
    const offsets = second.batches.map(({ firstOffset }) => firstOffset);
    expect(Math.min(...offsets)).toBe(40);
    const all = (recorder: Recorder): number =>
      recorder.batches.reduce((sum, { records }) => sum + records.length, 0);
    await stream.exchange(() => Promise.resolve(third));
    await stream.stop();
    expect(all(third)).toBeLessThanOrEqual(all(second) + 40 * 4);
    expect(third.batches[0]?.firstOffset).toBe(0);
  });

  it('stays with its handler if none comes in its place', async () => {
    const recorder = new Recorder();
    const stream = new SimulatedFleetStream(fleet);
    await stream.start(recorder);
    await expect(stream.exchange(() => Promise.reject(new Error('no room')))).rejects.toThrow('no room');
    stream.resume();
    await stream.finished;
    expect(fleet.endMs - newest(recorder)).toBeLessThanOrEqual(60_000);
  });
});
