/** The text as one line without control characters and changes of the direction of writing: each run of them is one space. */
export function oneLine(text: string): string {
  return text.replace(/[\p{C}\s]+/gu, ' ').trim();
}
