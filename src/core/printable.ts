/** Control characters, and those that turn the direction of writing: they could rewrite what a terminal shows. */
const UNPRINTABLE = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** Text from label values made harmless for a terminal: such characters appear as `\u{1b}`; `lines` keeps line ends. */
export function printable(text: string, lines = false): string {
  return text.replace(UNPRINTABLE, (char) =>
    lines && char === '\n' ? char : `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
