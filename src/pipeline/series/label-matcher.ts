import type { LabelMatcher } from '../../core/detector.ts';
import type { Labels } from '../../core/sample.ts';

/** Whether a series passes all conditions of a selector. */
export type SeriesTest = (metric: string, labels: Labels) => boolean;

/**
 * Compiles PromQL label conditions once. As in Prometheus a missing label equals the empty string, regular expressions
 * are fully anchored with dot matching line ends, and `__name__` is the metric. Throws a SyntaxError on a pattern that
 * does not compile; the config room refuses those first.
 */
export function compileMatchers(matchers: readonly LabelMatcher[]): SeriesTest {
  const tests = matchers.map((matcher) => ({ label: matcher.label, accepts: valueTest(matcher) }));
  return (metric, labels) =>
    tests.every(({ label, accepts }) => accepts(label === '__name__' ? metric : labelValue(labels, label)));
}

/** A label's value, the empty string if the series has none. */
export function labelValue(labels: Labels, name: string): string {
  return Object.hasOwn(labels, name) ? (labels[name] ?? '') : '';
}

function valueTest({ op, value }: LabelMatcher): (seen: string) => boolean {
  switch (op) {
    case '=':
      return (seen) => seen === value;
    case '!=':
      return (seen) => seen !== value;
    case '=~': {
      const pattern = anchored(value);
      return (seen) => pattern.test(seen);
    }
    case '!~': {
      const pattern = anchored(value);
      return (seen) => !pattern.test(seen);
    }
  }
}

function anchored(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`, 'su');
}
