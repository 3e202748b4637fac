import type { AlertGrouping } from '../../core/detector.ts';
import { LEVEL_COUNT, NO_LEVEL } from '../scoring/margin-levels.ts';
import { QUIET_STEPS, type NearFiring } from '../scoring/near-firing.ts';
import { MOST_MEMBERS } from './incident-fold.ts';

/** So many groups' incidents are known beyond a refit; others that go on beyond it are counted once more. */
const MOST_GROUPS_CARRIED = 100;

/** A would-be alert and the group of its entity, which all that may become one incident share. */
export interface GroupedFiring {
  readonly group: string;
  readonly firing: NearFiring;
}

/** What alerts of a group could still join as a refit's stretch ended. Plain JSON. */
export interface CarriedIncidents {
  readonly group: string;
  /** Quadruples (first level, last level, step of the newest member, step that ends the last one). */
  readonly levels: readonly number[];
}

/** How alerts become incidents, in steps. */
export interface IncidentRule {
  readonly intervalSteps: number;
  readonly waitSteps: number;
}

/** The rule of a detector's grouping. */
export function incidentRule({ intervalMs, waitMs }: AlertGrouping, stepMs: number): IncidentRule {
  return { intervalSteps: intervalMs / stepMs, waitSteps: waitMs / stepMs };
}

/** An alert that fires at `step` at the levels from one to another, and is over at `end`. */
interface Firing {
  readonly newest: Newest;
  readonly step: number;
  readonly from: number;
  readonly to: number;
  readonly end: number;
}

/** The newest incident of one group at each level: when it began, when its newest member fired, when the last one ends. */
interface Newest {
  readonly opened: number[];
  readonly step: number[];
  readonly end: number[];
  readonly members: number[];
}

/**
 * Would-be alerts of many entities made to incidents by the rule of `IncidentFold`, for every level at once: an alert joins
 * the newest incident of its group if it fires within `group_interval` of that one's newest member, and before it has been
 * over for `group_wait`. In what order entities are added has no effect.
 */
export class IncidentCount {
  readonly #rule: IncidentRule;
  readonly #groups = new Map<string, Newest>();
  readonly #firings: Firing[] = [];

  /** `carried`: of the stretch before. */
  constructor(rule: IncidentRule, carried: readonly CarriedIncidents[] = []) {
    this.#rule = rule;
    for (const { group, levels } of carried) {
      const newest = this.#newestOf(group);
      for (let at = 0; at + 3 < levels.length; at += 4) {
        const [from = 0, to = NO_LEVEL, step = 0, end = 0] = levels.slice(at, at + 4);
        newest.step.fill(step, from, to + 1);
        newest.end.fill(end, from, to + 1);
        newest.members.fill(1, from, to + 1);
      }
    }
  }

  /** Adds a would-be alert of the stretch. */
  add({ group, firing }: GroupedFiring): void {
    const newest = this.#newestOf(group);
    const { step, from, to, lastStep, goesOn } = firing;
    const end = lastStep + QUIET_STEPS;
    if (!goesOn) {
      this.#firings.push({ newest, step, from, to, end });
      return;
    }
    // What it is a member of since the stretch before is not over before it is.
    for (let level = from; level <= to; level++) newest.end[level] = Math.max(newest.end[level] ?? end, end);
  }

  /** How many incidents began, by level. To be called once, when all are added. */
  count(): number[] {
    const begun = new Array<number>(LEVEL_COUNT).fill(0);
    for (const { newest, step, from, to, end } of this.#inTime()) {
      for (let level = from; level <= to; level++) {
        if (!this.#joins(newest, level, step)) {
          begun[level] = (begun[level] ?? 0) + 1;
          newest.opened[level] = step;
          newest.end[level] = end;
          newest.members[level] = 0;
        }
        newest.step[level] = step;
        newest.end[level] = Math.max(newest.end[level] ?? end, end);
        newest.members[level] = (newest.members[level] ?? 0) + 1;
      }
    }
    return begun;
  }

  /** What an alert that fires at `step` or later could join, by group; of too many groups those with the newest members. */
  carriedTo(step: number): CarriedIncidents[] {
    const since = step - this.#rule.intervalSteps;
    return [...this.#groups]
      .flatMap(([group, { step: steps, end }]) => {
        const newestStep = steps.reduce((newest, one) => Math.max(newest, one), -Infinity);
        return newestStep < since ? [] : [{ group, newestStep, levels: stretchesOf({ steps, end, since }) }];
      })
      .sort((a, b) => b.newestStep - a.newestStep || (a.group < b.group ? -1 : 1))
      .slice(0, MOST_GROUPS_CARRIED)
      .map(({ group, levels }) => ({ group, levels }));
  }

  #joins(newest: Newest, level: number, step: number): boolean {
    const { intervalSteps, waitSteps } = this.#rule;
    if (step - (newest.step[level] ?? -Infinity) > intervalSteps) return false;
    const opened = newest.opened[level] ?? -Infinity;
    const end = newest.end[level] ?? -Infinity;
    // What ends before it was told is told, and is over, when its beginning is due; else the end waits as the beginning did.
    const isOver = step - (end <= opened + waitSteps ? opened : end) >= waitSteps;
    return !isOver && (newest.members[level] ?? 0) < MOST_MEMBERS;
  }

  #inTime(): Firing[] {
    const firings = this.#firings;
    const first = firings.reduce((least, { step }) => Math.min(least, step), Infinity);
    // One number for step and place: typed arrays sort many times faster without a comparison of ours.
    const keys = Float64Array.from(firings, ({ step }, at) => (step - first) * firings.length + at).sort();
    return Array.from(keys, (key) => firings[key % firings.length]).filter((one) => one !== undefined);
  }

  #newestOf(group: string): Newest {
    const known = this.#groups.get(group);
    if (known !== undefined) return known;
    const none = (value: number): number[] => new Array<number>(LEVEL_COUNT).fill(value);
    const newest = { opened: none(-Infinity), step: none(-Infinity), end: none(-Infinity), members: none(0) };
    this.#groups.set(group, newest);
    return newest;
  }
}

/** Levels in a row that share their steps, of those that have one from `since` on. */
function stretchesOf({
  steps,
  end,
  since,
}: {
  readonly steps: readonly number[];
  readonly end: readonly number[];
  readonly since: number;
}): number[] {
  const stretches: number[] = [];
  steps.forEach((step, level) => {
    if (step < since) return;
    const last = stretches.length - 4;
    const goesOn =
      stretches[last + 1] === level - 1 && stretches[last + 2] === step && stretches[last + 3] === end[level];
    if (goesOn) stretches[last + 1] = level;
    else stretches.push(level, level, step, end[level] ?? step);
  });
  return stretches;
}
