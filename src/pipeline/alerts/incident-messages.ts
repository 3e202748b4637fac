import { newestStepEndedBy, stepEndMs } from '../../core/step-grid.ts';
import type { Alert } from '../effects.ts';
import type { HeldIncident } from './incident-due.ts';
import { MEMBERS_TOLD, type Incident, type IncidentNotification } from './incident.ts';
import { inOrderOfNews, untoldOf, withUntold } from './members-told.ts';
import { rankAlerts } from './rank-members.ts';

/** A message, and the incident once it is out. */
type Told = Pick<IncidentNotification, 'incident'> & { readonly notification: IncidentNotification };

/** When, on the records' clock, and on which grid. */
interface TellingTime {
  readonly clockMs: number;
  readonly stepMs: number;
  /** What is told is as of this step; absent: as of the newest member, or of the time when it is due. */
  readonly atStep?: number;
}

/** What is to be told of an incident now, in order: that it is there or goes on, that it is over, or both at once. */
export function incidentMessages(held: HeldIncident, time: TellingTime): Told[] {
  const { told, firing } = held.incident;
  const goesOn = told === 0 || firing > 0 ? tellItIsThere(held, time) : null;
  const after = goesOn === null ? held : { ...held, incident: goesOn.incident };
  return [...(goesOn === null ? [] : [goesOn]), ...(firing > 0 ? [] : [tellItsEnd(after, time)])];
}

function tellItIsThere({ incident: before, members }: HeldIncident, time: TellingTime): Told {
  const { alerts, told, toldAlerts, openedStep, dueMs, shift } = before;
  const untold = untoldOf(before);
  const incident: Incident = {
    ...withUntold(before, []),
    state: 'firing',
    told: told + 1,
    toldAlerts: alerts,
    // Not when a record showed that it was due: that depends on where a batch ended.
    toldAtMs: Math.min(dueMs ?? Infinity, time.clockMs),
    dueMs: null,
    ...(shift !== undefined && { shift: 'told' }),
  };
  const ranked = rankedNews({ incident, members }, untold, time);
  // What a message tells of stands on top of it.
  const inOrder = shift === 'due' ? [...ranked.filter(isOpenShift), ...ranked.filter(isNoShift)] : ranked;
  const leads = inOrder[0] !== undefined && untold?.has(inOrder[0].id) === true;
  const step = told === 0 ? openedStep : (time.atStep ?? newestStepBy(before, time.stepMs));
  const more = leads ? { more: alerts - toldAlerts } : {};
  return { incident, notification: message(incident, { event: 'firing', step, inOrder, ...more }, time) };
}

function tellItsEnd({ incident: before, members }: HeldIncident, time: TellingTime): Told {
  const incident: Incident = { ...before, state: 'resolved', dueMs: null, told: before.told + 1 };
  const inOrder = rankedNews({ incident, members }, untoldOf(before), time);
  const step = before.resolvedStep ?? before.newestStep;
  return { incident, notification: message(incident, { event: 'resolved', step, inOrder }, time) };
}

/** A shift comes long after its alert. */
function newestStepBy({ newestStep, dueMs }: Incident, stepMs: number): number {
  return dueMs === null ? newestStep : Math.max(newestStep, newestStepEndedBy(dueMs, stepMs));
}

function rankedNews(
  { members }: HeldIncident,
  untold: ReadonlySet<string> | null,
  { stepMs }: TellingTime,
): Alert[] {
  return inOrderOfNews(rankAlerts([...members.values()], stepMs), untold);
}

function message(
  incident: Incident,
  {
    step,
    inOrder,
    ...what
  }: Pick<IncidentNotification, 'event' | 'more'> & {
    readonly step: number;
    readonly inOrder: readonly Alert[];
  },
  { stepMs }: TellingTime,
): IncidentNotification {
  return { incident, ...what, atMs: stepEndMs(step, stepMs), members: inOrder.slice(0, MEMBERS_TOLD) };
}

const isOpenShift = ({ kind, state }: Alert): boolean => kind === 'shift' && state === 'firing';
const isNoShift = (alert: Alert): boolean => !isOpenShift(alert);
