/** No detector of a configuration can be called so. */
const MARK = '~next';

/** What the detector that warms up to take another's place is called meanwhile. */
export function shadowName(detector: string): string {
  return `${detector}${MARK}`;
}

/** Whether a name is that of a detector that warms up. */
export function isShadowName(name: string): boolean {
  return name.endsWith(MARK);
}

/** The name that people know a detector by, also while it warms up. */
export function servingName(name: string): string {
  return isShadowName(name) ? name.slice(0, -MARK.length) : name;
}
