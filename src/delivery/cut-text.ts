/** The text with at most `most` UTF-16 units, the last one `…` if something is cut off; never half a character. */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text;
  const kept = text.slice(0, most - 1);
  return `${kept.replace(/[\uD800-\uDBFF]$/, '')}…`;
}
