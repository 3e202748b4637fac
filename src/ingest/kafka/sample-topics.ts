import type { RawRecord } from '../../core/records.ts';
import { partitionKey } from './broker-state.ts';
import { readStretches, type PartitionLog, type StretchRequest } from './read-stretches.ts';

/** The newest records of one partition. */
export interface SampledPartition extends PartitionLog {
  readonly records: readonly RawRecord[];
}

/** What to read, and for how long at most. */
export interface SampleRequest extends Pick<
  StretchRequest,
  'connection' | 'groupId' | 'topics' | 'timeoutMs' | 'log'
> {
  readonly recordsPerPartition: number;
}

/**
 * Reads the newest records of each partition, within the time as many as come; topics that do not exist are left out.
 * Nothing of the real group is touched. Rejects if the brokers can't be reached.
 */
export const sampleTopics = async (request: SampleRequest): Promise<SampledPartition[]> => {
  const records = new Map<string, RawRecord[]>();
  const { partitions } = await readStretches({
    ...request,
    older: 0,
    records: () => ({ newest: request.recordsPerPartition, perOlder: 0 }),
    take: (part) => {
      const key = partitionKey(part);
      const own = records.get(key);
      if (own === undefined) records.set(key, [...part.records]);
      else own.push(...part.records);
    },
  });
  return partitions.map((partition) => ({
    ...partition,
    records: records.get(partitionKey(partition)) ?? [],
  }));
};
