/** So long at most a time of planned work lasts that comes again and again, ms: a month. Whoever mutes for longer wants `mode: observe`. */
export const LONGEST_WINDOW_MS = 31 * 86_400_000;
