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

/** A text with memory of its own, a byte a character where that is enough. */
export function ownText(text: string): string {
  const encoding = isLatin1(text) ? 'latin1' : 'utf16le';
  return Buffer.from(text, encoding).toString(encoding);
}

function isLatin1(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0xff) return false;
  return true;
}
