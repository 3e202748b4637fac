/** Things that were opened, to be closed in the reverse order. */
export class Closers {
  readonly #stack: (() => unknown)[] = [];

  add(close: () => unknown): void {
    this.#stack.push(close);
  }

  /** Closes all, the newest first; goes on after an error and throws the first one at the end. */
  async close(): Promise<void> {
    let failure: { readonly error: unknown } | null = null;
    for (let close = this.#stack.pop(); close !== undefined; close = this.#stack.pop()) {
      try {
        await close();
      } catch (error) {
        failure ??= { error };
      }
    }
    if (failure !== null) throw failure.error;
  }
}
