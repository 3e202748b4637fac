/**
 * Remembers what was worked out for keys, those used lately: two generations of half the capacity each, a cheap stand-in for
 * dropping the least recently used.
 */
export class RecentlyUsed<Key, Value extends object> {
  readonly #halfCapacity: number;
  #young = new Map<Key, Value>();
  #old = new Map<Key, Value>();

  constructor(capacity: number) {
    this.#halfCapacity = Math.max(1, Math.floor(capacity / 2));
  }

  /** What is remembered of a key. */
  get(key: Key): Value | undefined {
    const known = this.#young.get(key);
    if (known !== undefined) return known;
    const before = this.#old.get(key);
    return before === undefined ? undefined : this.set(key, before);
  }

  /** Remembers a key's value, and answers it. */
  set(key: Key, value: Value): Value {
    if (this.#young.size >= this.#halfCapacity) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
    return value;
  }
}
