const MOST_TEXTS = 100_000;

/**
 * What texts have in common, in memory once. Each is a copy of its own: a text that was cut out of a record would keep all
 * of that record's alive.
 */
export class TextPool {
  #texts = new Map<string, string>();

  of(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    if (this.#texts.size >= MOST_TEXTS) this.#texts.clear();
    const own = ownText(text);
    this.#texts.set(own, own);
    return own;
  }
}

/** A text with memory of its own. */
export function ownText(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}
