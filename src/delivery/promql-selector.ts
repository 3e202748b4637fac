import type { LabelMatcher } from '../core/detector.ts';

/** The series of a metric that pass all conditions, in PromQL. Names that it does not take as they are (dots) go into the braces. */
export function promqlSelector(metric: string, matchers: readonly LabelMatcher[]): string {
  const isPlain = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(metric);
  const inside = [
    ...(isPlain ? [] : [`__name__=${quoted(metric)}`]),
    ...matchers.map(({ label, op, value }) => `${label}${op}${quoted(value)}`),
  ];
  return `${isPlain ? metric : ''}{${[...new Set(inside)].join(',')}}`;
}

/* Prometheus takes a bare U+FFFD for a sign of broken UTF-8, and refuses it; escaped it is a character like others. */
const quoted = (text: string): string =>
  `"${text
    .replace(/[\\"]/g, (character) => `\\${character}`)
    .replace(/\n/g, '\\n')
    .replaceAll('\ufffd', '\\ufffd')}"`;
