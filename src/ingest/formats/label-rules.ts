import type { Labels } from '../../core/sample.ts';
import { reject, show } from './rejecting.ts';
import type { DecodeLimits, Reject } from './sample-format.ts';

const LONE_SURROGATE = /\p{Surrogate}/u;
const NOT_IN_NAMES = /[\p{Control}\p{Surrogate}]/u;

/** As Prometheus 3 has it: any UTF-8 but empty; and no control characters, because names reach terminals and logs. */
function isName(text: string): boolean {
  return text !== '' && !NOT_IN_NAMES.test(text);
}

/** What is wrong with a metric's name; `null` if nothing is. */
export function metricProblem(name: unknown, limits: DecodeLimits): Reject | null {
  if (typeof name !== 'string' || !isName(name)) {
    return reject('bad_name', `name: a metric's name is expected, seen: ${show(name)}`);
  }
  if (name.length <= limits.maxLabelLength) return null;
  return reject('too_long_label', `name: ${name.length} characters, at most ${limits.maxLabelLength}`);
}

/** What is wrong with one label; `null` if nothing is. */
export function labelProblem(label: string, value: unknown, limits: DecodeLimits): Reject | null {
  if (typeof value !== 'string' || LONE_SURROGATE.test(value)) {
    return reject('bad_labels', `label ${show(label)}: a UTF-8 string is expected, seen: ${show(value)}`);
  }
  if (!isName(label) || label === '__proto__') {
    return reject('bad_labels', `${show(label)} can't be a label's name`);
  }
  const longest = Math.max(label.length, value.length);
  if (longest > limits.maxLabelLength) {
    const detail = `label ${show(label)}: ${longest} characters, at most ${limits.maxLabelLength} are allowed`;
    return reject('too_long_label', detail);
  }
  return null;
}

/** What is wrong with so many labels; `null` if nothing is. */
export function labelCountProblem(count: number, limits: DecodeLimits): Reject | null {
  if (count <= limits.maxLabels) return null;
  return reject('too_many_labels', `${count} labels, at most ${limits.maxLabels} are allowed`);
}

/** Labels of these pairs, or what is wrong with them. Pairs with an empty value are left out: in Prometheus, no such label. */
export function labelsOf(
  pairs: Iterable<readonly [string, unknown]>,
  limits: DecodeLimits,
): { readonly labels: Labels } | { readonly problem: Reject } {
  const labels: Record<string, string> = {};
  let count = 0;
  for (const [label, value] of pairs) {
    if (value === '') continue;
    const problem = labelProblem(label, value, limits);
    if (problem !== null) return { problem };
    labels[label] = value as string;
    count++;
  }
  const problem = labelCountProblem(count, limits);
  return problem === null ? { labels } : { problem };
}
