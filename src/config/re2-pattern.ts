/** RE2 takes a backslash before any punctuation; JavaScript's `u` flag only before these (and `-` in a class). */
const KEPT_ESCAPES = new Set('^$\\.*+?()[]{}|/');

/**
 * A pattern of Prometheus or Alertmanager, in RE2's syntax, as JavaScript writes the same: superfluous escapes (`\-`, `\_`) go, and
 * `(?P<x>…)` becomes `(?<x>…)`. What has no such counterpart, as `(?i)` or `[[:alpha:]]`, stays and is for `regexFault` to refuse.
 */
export function fromRe2(pattern: string): string {
  let text = '';
  let inClass = false;
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at] ?? '';
    if (char === '\\') {
      at += 1;
      const escaped = pattern[at] ?? '';
      text += isSuperfluous(escaped, inClass) ? escaped : `\\${escaped}`;
    } else if (!inClass && pattern.startsWith('(?P<', at)) {
      text += '(?<';
      at += 3;
    } else {
      if (char === '[') inClass = true;
      else if (char === ']') inClass = false;
      text += char;
    }
  }
  return text;
}

function isSuperfluous(escaped: string, inClass: boolean): boolean {
  if (escaped === '-') return !inClass;
  return /^[!-/:-@[-`{-~]$/.test(escaped) && !KEPT_ESCAPES.has(escaped);
}
