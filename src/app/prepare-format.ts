import type { RawBatch } from '../core/records.ts';
import type { SampleFormat } from '../ingest/formats/sample-format.ts';
import type { Report } from './telemetry.ts';

/**
 * Lets a format fetch what it needs to decode a batch; the partition rests meanwhile, so that nothing is dropped for a registry
 * that is down. False if `signal` came first: then the batch can't be decoded.
 */
export async function prepareFormat(
  format: SampleFormat,
  { source, records }: RawBatch,
  { signal, report }: { readonly signal: AbortSignal; readonly report: Report },
): Promise<boolean> {
  if (format.prepare === undefined) return true;
  const values = records.map(({ value }) => value);
  await format.prepare(values, {
    signal,
    trouble: (message) => {
      const fields = { source };
      report(
        message === null
          ? {
              event: 'source_recovered',
              level: 'info',
              message: `Source ${source} can be read again.`,
              fields,
            }
          : {
              event: 'source_trouble',
              level: 'error',
              message: `${message}; the source waits, nothing is lost`,
              fields,
            },
      );
    },
  });
  return !signal.aborted;
}
