/** No Prometheus label can be called this, so it can't be mistaken for data. */
const KEY = '$number';

/** JSON that keeps NaN, the infinities and -0, which JSON itself turns into null and 0. */
export function stringifyExact(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (typeof member !== 'number') return member;
    if (Object.is(member, -0)) return { [KEY]: '-0' };
    return Number.isFinite(member) ? member : { [KEY]: String(member) };
  });
}

/** Reads what `stringifyExact` wrote. */
export function parseExact(text: string): unknown {
  return JSON.parse(text, (_key, member: unknown) => {
    if (typeof member === 'object' && member !== null && KEY in member) return Number(member[KEY]);
    return member;
  });
}
