/** A row further below the threshold, on the log scale, is no near alert: no offset ever reaches it. */
export const MARGIN_REACH = 1;
/** Upwards, what lies further below the threshold is not known; downwards, e² times the usual error has to be seen. */
export const OFFSET_RANGE = { least: -2, most: MARGIN_REACH };

const LEVELS_PER_UNIT = 16;
/** Levels 1/16 apart from -1 to 2: so many offsets are told apart. */
export const LEVEL_COUNT = (OFFSET_RANGE.most - OFFSET_RANGE.least) * LEVELS_PER_UNIT + 1;
/** What lies below all levels. */
export const NO_LEVEL = -1;

/** The highest level that a margin reaches, `NO_LEVEL` if none. */
export function levelReached(margin: number): number {
  return within(Math.floor((margin + MARGIN_REACH) * LEVELS_PER_UNIT), NO_LEVEL, LEVEL_COUNT - 1);
}

/** The least offset with which a margin of the level is an alert. */
export function offsetOfLevel(level: number): number {
  return MARGIN_REACH - level / LEVELS_PER_UNIT;
}

/** The level from which on margins are alerts with an offset. */
export function levelOfOffset(offset: number): number {
  return within(Math.round((MARGIN_REACH - offset) * LEVELS_PER_UNIT), 0, LEVEL_COUNT - 1);
}

function within(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
