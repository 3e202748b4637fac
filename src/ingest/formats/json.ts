import { isUtf8 } from 'node:buffer';
import { mappedReader, type RecordMapping } from './mapped-records.ts';
import { parseJson } from './parse-json.ts';
import { rejectWhole } from './rejecting.ts';
import type { SampleFormat } from './sample-format.ts';

/**
 * JSON of any shape, read by a mapping of paths: each number found is a sample. Booleans count as 1 and 0, numbers may be
 * texts; other texts, nulls and lists are skipped.
 */
export function json(mapping: RecordMapping): SampleFormat {
  const read = mappedReader(mapping, { nonFinite: false });
  return {
    name: 'json',
    decode(bytes, limits) {
      if (!isUtf8(bytes)) return rejectWhole('not_utf8', 'the value is not UTF-8');
      const parsed = parseJson(bytes);
      return parsed === undefined ? rejectWhole('not_json', 'the value is not JSON') : read(parsed, limits);
    },
  };
}
