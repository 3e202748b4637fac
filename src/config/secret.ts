import { inspect } from 'node:util';

const SHOWN = '<secret>';

/** A password, key, token or address that holds one: every way of printing it shows `<secret>` or `shown`; only `reveal()` gives the text. */
export class Secret {
  readonly #text: string;
  readonly #shown: string;

  /** `shown` must hold nothing that is to be kept. */
  constructor(text: string, shown = SHOWN) {
    this.#text = text;
    this.#shown = shown;
  }

  /** The text itself, for the one place that needs it. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return this.#shown;
  }

  toJSON(): string {
    return this.#shown;
  }

  [inspect.custom](): string {
    return this.#shown;
  }
}
