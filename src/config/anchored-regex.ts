/**
 * A label's regular expression as Prometheus reads it: fully anchored, dot matches line ends.
 * Throws a SyntaxError on a pattern that does not compile; {@link regexFault} gives the reason for people.
 */
function anchoredRegex(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`, 'su');
}

/** What of JavaScript's syntax RE2 (Prometheus' engine) does not have. */
const NOT_RE2: readonly (readonly [syntax: RegExp, name: string])[] = [
  [/\(\?<?[=!]/, 'a lookaround (?=…), (?!…), (?<=…) or (?<!…)'],
  [/\\[1-9]|\\k</, 'a back-reference'],
];

/**
 * Whether a group that is repeated without bound holds another unbounded repeat, as `(a+)+`: on a long value that does
 * not match, JavaScript's backtracking engine then takes exponential time.
 */
function repeatsNest(pattern: string): boolean {
  const open: boolean[] = [];
  let unbounded = false;
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at];
    if (char === '\\') at += 1;
    else if (char === '[') at = endOfClass(pattern, at);
    else if (char === '(') {
      open.push(unbounded);
      unbounded = false;
    } else if (char === ')') {
      const repeated = isUnbounded(pattern, at + 1);
      if (repeated && unbounded) return true;
      unbounded = (open.pop() ?? false) || unbounded || repeated;
    } else if (isUnbounded(pattern, at)) unbounded = true;
  }
  return false;
}

function endOfClass(pattern: string, start: number): number {
  let at = start + 1;
  while (at < pattern.length && pattern[at] !== ']') at += pattern[at] === '\\' ? 2 : 1;
  return at;
}

function isUnbounded(pattern: string, at: number): boolean {
  return /^(?:[*+]|\{\d+,\})/.test(pattern.slice(at, at + 12));
}

/** Why a label pattern can't be used, as the rest of a sentence, or `null` if it can. */
export function regexFault(pattern: string): string | null {
  const bare = pattern.replace(/\\\\/g, '');
  for (const [syntax, name] of NOT_RE2) {
    if (syntax.test(bare)) return `uses ${name}, which Prometheus' RE2 syntax does not have`;
  }
  try {
    anchoredRegex(pattern);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^.*\/[a-z]*: /, '') : String(error);
    return `does not compile: ${reason}`;
  }
  if (repeatsNest(pattern))
    return 'repeats a group that itself repeats, as (a+)+ does: it could take for ever on a long value';
  return null;
}
