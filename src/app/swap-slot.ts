/** Something whose calls go to whatever it holds at the moment. */
export interface SwapSlot<T> {
  /** To be handed on once and for all. */
  readonly facade: T;
  set(next: T): void;
}

/** Holds `first` until another is set. Methods only: they are looked up, and bound, at each call. */
export function swapSlot<T extends object>(first: T): SwapSlot<T> {
  let now = first;
  const facade = new Proxy<T>(first, {
    get: (_, key): unknown => {
      const method: unknown = now[key as keyof T];
      return typeof method === 'function' ? method.bind(now) : method;
    },
  });
  return {
    facade,
    set: (next) => {
      now = next;
    },
  };
}
