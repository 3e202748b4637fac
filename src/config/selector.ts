import type { LabelMatcher } from '../core/detector.ts';
import { regexFault } from './anchored-regex.ts';

/** The matchers of a selector, or why it is none: a sentence that names the place in the text. */
export type SelectorResult = { readonly matchers: readonly LabelMatcher[] } | { readonly fault: string };

const CONDITION =
  /^([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`)\s*/;

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  '\\': '\\',
  '"': '"',
  "'": "'",
};

/** Text of a quoted PromQL string; back-quoted ones have no escapes. `null` on an escape that PromQL does not know. */
function unquote(quoted: string): string | null {
  const body = quoted.slice(1, -1);
  if (quoted.startsWith('`')) return body;
  let known = true;
  const text = body.replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)/g, (_, escape: string) => {
    if (escape.length > 1) return String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    const plain = ESCAPES[escape];
    if (plain === undefined) known = false;
    return plain ?? '';
  });
  return known ? text : null;
}

/** One condition at the start of `text`, and how many characters it takes. */
function readMatcher(text: string): { matcher: LabelMatcher; length: number } | { fault: string } {
  const match = CONDITION.exec(text);
  const [whole, label = '', op = '=', quoted = ''] = match ?? [];
  if (whole === undefined)
    return { fault: `no label condition can be read at ${JSON.stringify(text.slice(0, 24))}` };
  const value = unquote(quoted);
  if (value === null)
    return { fault: `unknown escape in ${quoted}; write \\\\ for a backslash, or use back-quotes` };
  const fault = op === '=~' || op === '!~' ? regexFault(value) : null;
  if (fault !== null) return { fault: `the pattern ${quoted} of "${label}" ${fault}` };
  return { matcher: { label, op: op as LabelMatcher['op'], value }, length: whole.length };
}

/**
 * Reads a PromQL label selector, `{job="node",mode!~"a|b"}`; with `bare` the braces may be left out, and `{}` selects
 * all. Regular expressions are fully anchored and checked; a metric name before the braces is refused.
 */
export function parseSelector(text: string, bare = false): SelectorResult {
  const trimmed = text.trim();
  const braced = trimmed.startsWith('{') && trimmed.endsWith('}');
  if (!braced && (!bare || /^(?:[a-zA-Z_:][\w:]*\s*)?\{/.test(trimmed))) {
    return { fault: 'the conditions stand in braces, without a metric name before them' };
  }
  let rest = (braced ? trimmed.slice(1, -1) : trimmed).trim();
  const matchers: LabelMatcher[] = [];
  while (rest !== '') {
    const read = readMatcher(rest);
    if ('fault' in read) return read;
    matchers.push(read.matcher);
    rest = rest.slice(read.length);
    if (rest !== '' && !rest.startsWith(',')) {
      return { fault: `a comma is missing before ${JSON.stringify(rest.slice(0, 24))}` };
    }
    rest = rest.slice(1).trimStart();
  }
  return { matchers };
}
