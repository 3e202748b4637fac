import type { Labels } from './sample.ts';

/** A label name by Prometheus' rule `[a-zA-Z_][a-zA-Z0-9_]*`: other characters become `_`. */
function cleanName(name: string): string {
  const clean = name.replace(/[^a-zA-Z0-9_]/g, '_');
  return /^[a-zA-Z_]/.test(clean) ? clean : `_${clean}`;
}

/**
 * Joins labels of an entity with strayd's own for Prometheus and Alertmanager. Own ones win: an entity's label of the
 * same name becomes `exported_<name>`, as in a scrape; names that cleaning makes equal get `_2`, `_3`, … in
 * alphabetical order, after one that needed no cleaning. Empty values are left out, as they mean no label there; the name of an
 * empty own one is kept free all the same.
 */
export function prometheusLabels(entity: Labels, own: Labels): Labels {
  const labels: Record<string, string> = Object.fromEntries(
    Object.entries(own).filter(([, value]) => value !== ''),
  );
  const needsCleaning = (name: string): number => (cleanName(name) === name ? 0 : 1);
  const inOrder = Object.entries(entity).sort(
    ([a], [b]) => needsCleaning(a) - needsCleaning(b) || (a < b ? -1 : 1),
  );
  for (const [name, value] of inOrder) {
    if (value === '') continue;
    const clean = cleanName(name);
    const wanted = clean in own ? `exported_${clean}` : clean;
    let free = wanted;
    for (let suffix = 2; free in labels; suffix++) free = `${wanted}_${suffix}`;
    labels[free] = value;
  }
  return labels;
}
