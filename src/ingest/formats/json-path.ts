/** Keys from the outermost object inwards. */
export type JsonPath = readonly string[];

/** `a.b` → ["a", "b"]; a dot that belongs to a key is written `\.`. */
export function parseJsonPath(text: string): JsonPath {
  return text.split(/(?<!\\)\./).map((key) => key.replaceAll('\\.', '.'));
}

/** True for what braces make; arrays and null are none. */
export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What lies at the path; `undefined` if nothing does. Own keys only, so that `constructor` is not found everywhere. */
export function atPath(value: unknown, path: JsonPath): unknown {
  let here = value;
  for (const key of path) {
    if (!isJsonObject(here) || !Object.hasOwn(here, key)) return undefined;
    here = here[key];
  }
  return here;
}
