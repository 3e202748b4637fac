import type { Labels } from '../../core/sample.ts';
import { labelValue } from './label-matcher.ts';

/**
 * Name of an entity: the values of its labels in configured order, joined by `/`, with `\` and `/` in a value escaped
 * by a backslash so that two different lists of values never meet. `null` if a label is missing or empty.
 */
export function entityKey(names: readonly string[], labels: Labels): string | null {
  const parts: string[] = [];
  for (const name of names) {
    const value = labelValue(labels, name);
    if (value === '') return null;
    parts.push(escapePart(value));
  }
  return parts.join('/');
}

/** The labels that `entityKey` made a name of, the other way round. */
export function labelsOfKey(names: readonly string[], key: string): Labels {
  const values = [''];
  for (let at = 0; at < key.length; at++) {
    if (key[at] === '/') values.push('');
    else values[values.length - 1] += key[at] === '\\' ? (key[++at] ?? '') : (key[at] ?? '');
  }
  return Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
}

/** Name of a cohort, made like an entity's; labels that are missing count as empty. No cohort labels: the empty string. */
export function cohortKey(names: readonly string[], labels: Labels): string {
  return names.map((name) => escapePart(labelValue(labels, name))).join('/');
}

/** The entity's own labels and their values. */
export function entityLabels(names: readonly string[], labels: Labels): Labels {
  return Object.fromEntries(names.map((name) => [name, labelValue(labels, name)]));
}

function escapePart(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('/', '\\/');
}
