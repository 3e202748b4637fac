/** A seeded source of random numbers: equal seeds give equal numbers on every machine. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform whole number in [0, bound). */
  integer(bound: number): number;
  /** Standard normal (Box–Muller). */
  normal(): number;
  /** Shuffles in place (Fisher–Yates). */
  shuffle(items: Int32Array | Uint32Array | unknown[]): void;
}

/** A 32-bit seed from texts and numbers, so that each entity, member and run draws its own stream (FNV-1a, then a finaliser). */
export function deriveSeed(...parts: readonly (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const part of parts) {
    const text = `${String(part)}\u0000`;
    for (let index = 0; index < text.length; index++) {
      hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    }
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Makes a generator from a seed: sfc32 of PractRand (https://pracrand.sourceforge.net), warmed up. */
export function createRandom(seed: number): Random {
  let a = 0x9e3779b9 | 0;
  let b = 0x243f6a88 | 0;
  let c = seed | 0;
  let counter = 1;
  const bits = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let round = 0; round < 15; round++) bits();

  let spare = Number.NaN;
  const next = (): number => bits() / 4294967296;
  const integer = (bound: number): number => Math.floor(next() * bound);
  const normal = (): number => {
    if (!Number.isNaN(spare)) {
      const value = spare;
      spare = Number.NaN;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - next()));
    const angle = 2 * Math.PI * next();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
  const shuffle = (items: Int32Array | Uint32Array | unknown[]): void => {
    const list = items as unknown[];
    for (let index = list.length - 1; index > 0; index--) {
      const other = integer(index + 1);
      const held = list[index];
      list[index] = list[other];
      list[other] = held;
    }
  };
  return { next, integer, normal, shuffle };
}
