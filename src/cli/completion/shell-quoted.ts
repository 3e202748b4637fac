/** A text as one word of a shell (bash, zsh), on one line. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll(/\s+/g, ' ').replaceAll("'", "'\\''")}'`;
}
