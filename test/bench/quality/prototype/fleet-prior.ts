/** Rows of its own that the fleet's word is worth to an entity. */
const PRIOR_ROWS = 100;

/** What entities have learned, in units of their own features' sds: for one with little history. */
export interface FleetPrior {
  readonly sd: Float64Array;
  readonly reach: Float64Array;
  readonly lagged: readonly Float64Array[];
  /** Usual errors by member. */
  readonly usual: readonly Float64Array[];
}

/** The mean of what several entities have learned. */
export function fleetPrior(learned: readonly FleetPrior[]): FleetPrior {
  const [first] = learned;
  if (first === undefined) throw new RangeError('a fleet prior needs at least one entity, got none');
  return {
    sd: meanOf(learned.map((one) => one.sd)),
    reach: meanOf(learned.map((one) => one.reach)),
    lagged: first.lagged.map((_, lag) => meanOf(learned.flatMap((one) => one.lagged[lag] ?? []))),
    usual: first.usual.map((_, member) => meanOf(learned.flatMap((one) => one.usual[member] ?? []))),
  };
}

/** Own numbers of so many rows, drawn to the fleet's; unchanged without a fleet. */
export function shrink(own: Float64Array, fleet: Float64Array | undefined, rows: number): Float64Array {
  if (fleet === undefined) return own;
  return own.map((value, at) => (rows * value + PRIOR_ROWS * (fleet[at] ?? 0)) / (rows + PRIOR_ROWS));
}

function meanOf(arrays: readonly Float64Array[]): Float64Array {
  const sum = new Float64Array(arrays[0]?.length ?? 0);
  for (const array of arrays) for (const [at, value] of array.entries()) sum[at] = (sum[at] ?? 0) + value;
  return sum.map((value) => value / arrays.length);
}
