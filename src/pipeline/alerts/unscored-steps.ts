/**
 * Steps without a score that end an alert: more than a gap of `absent_after` (5) and the shortest window's warm-up
 * (4) together, so that a scrape gap in an incident does not make two alerts of it.
 */
export const unscoredStepsToResolve = 10;
