import { simulateFleet } from '../../src/ingest/replay/simulated-fleet.ts';
import { benchLine } from './bench-line.ts';
import type { BenchLine, BenchOptions } from './bench-line.ts';

/** How fast the simulated fleet makes records, beside writing the same number of records with JSON.stringify. */
export function replayBench({ print }: BenchOptions): Promise<BenchLine[]> {
  const fleet = simulateFleet({ seed: 1 });
  let samples = 0;
  const began = performance.now();
  for (const { batches } of fleet.steps()) for (const { records } of batches) samples += records.length;
  const perSecond = (samples * 1000) / (performance.now() - began);

  const sample = {
    name: 'up',
    timestamp: '2026-01-05T00:00:00Z',
    value: '1',
    labels: { instance: 'web-1', job: 'fleet' },
  };
  let bytes = 0;
  const plainBegan = performance.now();
  for (let index = 0; index < samples; index++) {
    bytes += Buffer.from(JSON.stringify({ ...sample, value: String(index) })).length;
  }
  const plainPerSecond = (samples * 1000) / (performance.now() - plainBegan);
  print(`replay: ${samples} samples of the simulated fleet at ${Math.round(perSecond)}/s`);
  print(`        JSON.stringify alone: ${Math.round(plainPerSecond)}/s (${bytes} bytes)`);
  return Promise.resolve([
    benchLine({
      bench: 'replay',
      case: 'simulated fleet, samples made',
      value: perSecond,
      unit: '1/s',
      baseline: 'JSON.stringify',
      baseline_value: plainPerSecond,
    }),
  ]);
}
