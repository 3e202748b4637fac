/** Kinds of injected faults that are there or not: nothing about them can be larger. */
const WITHOUT_SIZE: readonly string[] = ['stuck', 'broken_correlation'];

/** Whether an injected fault of this kind comes in sizes. */
export function hasSize(fault: string): boolean {
  return !WITHOUT_SIZE.includes(fault);
}
