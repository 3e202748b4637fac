import type { OutgoingRecord } from '../ingest/kafka/kafka-producer.ts';
import type { FleetStep } from '../ingest/replay/simulated-fleet.ts';

/** A step of a simulated fleet as records for a topic: at its own partitions and times, unkeyed. */
export function fleetRecords({ batches }: FleetStep): OutgoingRecord[] {
  return batches.flatMap(({ partition, records }) =>
    records.map(({ value, timeMs }) => ({
      partition,
      key: null,
      value: Buffer.from(value ?? []).toString('utf8'),
      timeMs,
    })),
  );
}
