import type { Alert } from '../effects.ts';
import type { Incident } from './incident.ts';

/** So many members that no message counted are known by id; more than that at once are a storm, ranked as a whole. */
const MOST_LISTED = 50;
/** So many that fire since before stand above new ones that are over already: a message says first what goes on. */
const GOING_ON_FIRST = 5;

/** What an incident keeps of the members that no message counted. */
type Told = Pick<Incident, 'told' | 'alerts' | 'toldAlerts' | 'untold'>;

/** The ids that no message counted once `id` has joined too; `incident` as it is with it. */
export function untoldWith({ told, alerts, toldAlerts, untold = [] }: Told, id: string): readonly string[] {
  const isKnown = told > 0 && untold.length === alerts - toldAlerts - 1;
  return isKnown && untold.length < MOST_LISTED ? [...untold, id] : [];
}

/** Members that no message counted; `null` if there are none, or too many to know them apart from the others. */
export function untoldOf({ told, alerts, toldAlerts, untold = [] }: Told): ReadonlySet<string> | null {
  const isKnown = told > 0 && untold.length > 0 && untold.length === alerts - toldAlerts;
  return isKnown ? new Set(untold) : null;
}

/** The same incident with these as what no message counted; none: the member is absent, as in one where nothing is known. */
export function withUntold({ untold: _, ...incident }: Incident, untold: readonly string[]): Incident {
  return { ...incident, ...(untold.length > 0 && { untold }) };
}

/**
 * Ranked members in the order of a message: what fires before what is over, and among each what no message named before on
 * top; a few that go on are above new ones that are over, so that both are named. When nothing fires any more the first
 * cause keeps its place and what was never told follows it.
 */
export function inOrderOfNews(ranked: readonly Alert[], untold: ReadonlySet<string> | null): Alert[] {
  const isNew = ({ id }: Alert): boolean => untold?.has(id) === true;
  const firing = ranked.filter(({ state }) => state === 'firing');
  const over = ranked.filter(({ state }) => state !== 'firing');
  const goingOn = firing.filter((alert) => !isNew(alert));
  const cause = firing.length === 0 ? over.slice(0, 1) : [];
  const rest = over.slice(cause.length);
  return [
    ...cause,
    ...firing.filter(isNew),
    ...goingOn.slice(0, GOING_ON_FIRST),
    ...rest.filter(isNew),
    ...goingOn.slice(GOING_ON_FIRST),
    ...rest.filter((alert) => !isNew(alert)),
  ];
}
