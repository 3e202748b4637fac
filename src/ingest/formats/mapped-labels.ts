import { atPath, isJsonObject, parseJsonPath, type JsonPath } from './json-path.ts';
import { withLabel } from './label-memo.ts';
import { prometheusName } from './prometheus-name.ts';
import { reject, show } from './rejecting.ts';
import type { Reject } from './sample-format.ts';

/** Where labels lie in a record: an object of them, or a place for each. */
export type LabelPaths =
  { readonly object: JsonPath } | { readonly each: readonly (readonly [string, JsonPath])[] };

/** A mapping's `labels` with its paths taken apart. */
export function labelPaths(labels: string | Readonly<Record<string, string>> | null): LabelPaths {
  if (typeof labels === 'string') return { object: parseJsonPath(labels) };
  return {
    each: Object.entries(labels ?? {}).map(([label, path]) => [label, parseJsonPath(path)] as const),
  };
}

const scalarText = (value: unknown): unknown =>
  typeof value === 'number' || typeof value === 'boolean' ? String(value) : (value ?? '');

/** A text that stands for a record's labels and no others, behind `before`; `null` if they are not all scalars. */
export function labelText(record: unknown, paths: LabelPaths, before: string): string | null {
  let key = before;
  if ('each' in paths) {
    for (const [label, path] of paths.each) {
      const value = scalarText(atPath(record, path));
      if (typeof value !== 'string') return null;
      key = withLabel(key, label, value);
    }
    return key;
  }
  const found = atPath(record, paths.object) ?? {};
  if (!isJsonObject(found)) return null;
  for (const label of Object.keys(found)) {
    const value = scalarText(found[label]);
    if (typeof value !== 'string') return null;
    key = withLabel(key, label, value);
  }
  return key;
}

/** A record's labels as pairs, names as Prometheus has them, or what is wrong where they should be. */
export function labelPairs(
  record: unknown,
  paths: LabelPaths,
): { readonly pairs: readonly (readonly [string, unknown])[] } | { readonly problem: Reject } {
  if ('each' in paths) {
    const pairs = paths.each.map(([label, path]) => [label, scalarText(atPath(record, path))] as const);
    return { pairs };
  }
  const found = atPath(record, paths.object) ?? {};
  if (!isJsonObject(found)) {
    const where = paths.object.join('.');
    return {
      problem: reject('bad_labels', `${where}: an object of labels is expected, seen: ${show(found)}`),
    };
  }
  const pairs = Object.entries(found).map(
    ([label, value]) => [prometheusName(label), scalarText(value)] as const,
  );
  return { pairs };
}
