import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createInstruments } from '../../src/app/instruments.ts';
import type { Instruments } from '../../src/app/instruments.ts';
import type { ChildEnd } from '../../src/app/run-in-child.ts';
import type { SelfTestResult } from '../../src/app/self-test-messages.ts';
import { SelfTester } from '../../src/app/self-tester.ts';
import type { TelemetryEvent } from '../../src/app/telemetry.ts';
import type { StoreWriter } from '../../src/store/store-writer.ts';
import type { FaultResult } from '../../src/training/self-test.ts';
import { detectorSpec, openWriter, temporaryDirectory } from '../store/sample-checkpoints.ts';
import { metricValue } from '../support/strayd-process.ts';
import { configOf } from './config-fixture.ts';

const spec = detectorSpec();
const fault = (name: FaultResult['fault'], recall: number): FaultResult => ({
  fault: name,
  recall,
  smallestSize: recall >= 0.9 ? 3 : null,
  trials: 20,
});

describe('the self-tester', () => {
  let store: StoreWriter;
  let instruments: Instruments;
  let tester: SelfTester;
  let training = false;
  let killed = 0;
  /** What the next process says, or how it ends without a word. */
  let next: SelfTestResult | ChildEnd;
  const tried: string[] = [];
  const told: TelemetryEvent[] = [];

  beforeEach(() => {
    training = false;
    killed = 0;
    tried.length = 0;
    told.length = 0;
    store = openWriter(temporaryDirectory());
    store.insertModel({
      detector: 'hosts',
      version: 'v1',
      path: '/m/v1',
      sha256: '',
      card: JSON.stringify({ selfTest: [fault('spike', 1), fault('stuck', 0.1)] }),
      status: 'candidate',
      reason: '',
      createdMs: 0,
    });
    instruments = createInstruments(configOf('/nowhere'), 'silent', { version: '1', nodeVersion: '20' });
    tester = new SelfTester({
      storePath: '/nowhere',
      store,
      exposition: instruments.exposition,
      report: (event) => {
        told.push(event);
        instruments.report(event);
      },
      nowMs: () => 7_200_000,
      isTraining: () => training,
      run: (job, message) => {
        tried.push(job.spec.name);
        if (next.kind === 'tested' || next.kind === 'untested') message(next);
        const end = 'complaint' in next ? next : { kind: 'exited' as const, complaint: 'exit code 0' };
        return { pid: 1, ended: Promise.resolve(end), kill: () => (killed += 1) };
      },
    });
  });
  afterEach(() => store.close());

  async function hour(result: SelfTestResult | ChildEnd): Promise<void> {
    next = result;
    tester.request(spec);
    await tester.settled();
  }
  const found = (...faults: FaultResult[]): SelfTestResult => ({ kind: 'tested', version: 'v1', faults });
  const events = (): string[] => told.map(({ event }) => event);
  const value = async (name: string, labels = 'detector="hosts",fault="spike"'): Promise<number | null> =>
    metricValue(await instruments.metrics.registry.metrics(), `${name}{${labels}}`);

  it('shows what is found now, beside what was found at training', async () => {
    expect(tester.view('hosts')).toBeNull();
    await hour(found(fault('spike', 0.95), fault('stuck', 0)));
    expect(await value('strayd_self_test_recall')).toBe(0.95);
    expect(await value('strayd_self_test_smallest_size')).toBe(3);
    expect(await value('strayd_self_test_fallen')).toBe(0);
    expect(await value('strayd_self_test_timestamp_seconds', 'detector="hosts"')).toBe(7200);
    expect(await value('strayd_self_test_blind', 'detector="hosts",fault="stuck"')).toBe(1);
    expect(tester.view('hosts')).toMatchObject({
      testedMs: 7_200_000,
      version: 'v1',
      detail: null,
      faults: [
        { fault: 'spike', recall: 0.95, trainedRecall: 1, fallen: false },
        { fault: 'stuck', recall: 0, trainedRecall: 0.1, fallen: false },
      ],
    });
    expect(told).toEqual([]);
  });

  it('tells of a fall at the second hour, once, and when it is over', async () => {
    await hour(found(fault('spike', 0.4)));
    expect(await value('strayd_self_test_fallen')).toBe(1);
    expect(told).toEqual([]);
    await hour(found(fault('spike', 0.35)));
    expect(events()).toEqual(['self_test_fell']);
    expect(told[0]?.message).toMatch(
      /^The self-test of detector hosts finds only 35 % of faults of kind spike \(100 % when its model was trained\): .*strayd train hosts/,
    );
    expect(instruments.vitals.trouble()).toEqual([told[0]?.message]);
    await hour(found(fault('spike', 0.4)));
    expect(events()).toEqual(['self_test_fell']);
    await hour(found(fault('spike', 0.9)));
    expect(events()).toEqual(['self_test_fell', 'self_test_recovered']);
    expect(instruments.vitals.trouble()).toEqual([]);
    expect(await value('strayd_self_test_fallen')).toBe(0);
  });

  it('keeps its figures when there was nothing to try, and says why', async () => {
    await hour(found(fault('spike', 0.95)));
    await hour({ kind: 'untested', detail: 'no entity has enough normal rows' });
    expect(tester.view('hosts')).toMatchObject({
      testedMs: 7_200_000,
      detail: 'Nothing was tried: no entity has enough normal rows.',
      faults: [{ recall: 0.95 }],
    });
    expect(await value('strayd_self_test_recall')).toBe(0.95);
    expect(told).toEqual([]);
  });

  it('tells once of a process that dies the same way each hour', async () => {
    await hour({ kind: 'exited', complaint: 'exit code 1: Error: database is malformed' });
    await hour({ kind: 'exited', complaint: 'exit code 1: Error: database is malformed' });
    expect(told.map(({ level, message }) => [level, message])).toEqual([
      [
        'error',
        'The self-test of detector hosts did not come to its end: its process ended with exit code 1: Error: database is malformed. ' +
          'Its figures are older ones until it does.',
      ],
    ]);
    await hour(found(fault('spike', 0.95)));
    expect(tester.view('hosts')?.detail).toBeNull();
  });

  it('leaves an hour out while a training runs, asks for no detector twice, and ends when stopped', async () => {
    training = true;
    await hour(found(fault('spike', 1)));
    expect(tried).toEqual([]);
    training = false;
    next = found(fault('spike', 1));
    tester.request(spec);
    tester.request(spec);
    tester.request(detectorSpec({ name: 'apps' }));
    await tester.settled();
    expect(tried).toEqual(['hosts', 'apps']);
    await tester.stop();
    await hour(found(fault('spike', 1)));
    expect(tried).toHaveLength(2);
    expect(killed).toBe(0);
  });
});
