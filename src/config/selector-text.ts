import type { LabelMatcher } from '../core/detector.ts';

/** A PromQL selector of matchers, `{job="node",mode!~"a|b"}`; `parseSelector` reads it back. */
export function selectorText(matchers: readonly LabelMatcher[]): string {
  return `{${matchers.map(({ label, op, value }) => `${label}${op}${quoted(value)}`).join(',')}}`;
}

function quoted(text: string): string {
  const escaped = text.replace(/[\\"]/g, (character) => `\\${character}`).replace(/\n/g, '\\n');
  return `"${escaped}"`;
}
