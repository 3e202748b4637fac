import { createHash } from 'node:crypto';
import type { IncidentNotification } from '../pipeline/alerts/incident.ts';
import type { Alert } from '../pipeline/effects.ts';

const HOUR_MS = 3_600_000;
/** Held-back incidents that a summary names. */
const NAMED = 20;
/** Held-back incidents whose end is known to be none of people's business; the oldest go. */
const REMEMBERED = 5_000;

/** One incident that was held back, by its likeliest first cause. */
export interface HeldIncident {
  readonly id: string;
  readonly lead: Alert;
  /** Of one that people know of: its alerts as the update that was held back had them. */
  readonly updatedTo?: number;
}

/**
 * One message in the place of many. `firing`: the brake holds; `resolved`: for an hour nothing was held back, and of all that
 * still goes on people know.
 */
export interface BrakeSummary {
  /** 16 hex digits, the same for all summaries of one braking. */
  readonly id: string;
  readonly event: 'firing' | 'resolved';
  /** 1 for the first of this braking. */
  readonly number: number;
  readonly sinceMs: number;
  readonly atMs: number;
  /** Incidents held back since the brake took hold. */
  readonly count: number;
  /** Updates held back since then of incidents that people know of. */
  readonly updates: number;
  /** The newest of both since the last summary; never empty. */
  readonly named: readonly HeldIncident[];
}

interface Braking {
  readonly sinceMs: number;
  readonly count: number;
  /** Absent in states of earlier versions, as is `hasNews`. */
  readonly updates?: number;
  readonly named: readonly HeldIncident[];
  readonly summaries: number;
  readonly summaryAtMs: number;
  /** Whether something was held back since the last summary: that is what `named` names then. */
  readonly hasNews?: boolean;
}

/** What a restart needs: plain data. */
export interface BrakeState {
  /** When messages of the last hour went, Unix ms. */
  readonly sentMs: readonly number[];
  /** Incidents that are not over and of which people heard nothing, but in a summary. */
  readonly heldIds: readonly string[];
  readonly braking: Braking | null;
}

export interface BrakeOutcome {
  readonly pass: readonly IncidentNotification[];
  readonly summary: BrakeSummary | null;
  /** Incidents held back now. */
  readonly held: number;
}

/**
 * At most so many messages about new or grown incidents an hour, whatever happens; what is too much is told in one summary at once
 * and at most one an hour after it. An incident that was held back is told by its next update or reminder for which there is room.
 * Ends of incidents that people know of always pass. Nothing is lost: the rest is on record.
 */
export class NotificationBrake {
  readonly #limit: number;
  #state: BrakeState;

  constructor(limit: number, state: BrakeState | null = null) {
    this.#limit = limit;
    this.#state = state ?? { sentMs: [], heldIds: [], braking: null };
  }

  get state(): BrakeState {
    return this.#state;
  }

  /** Whether there is a summary to be sent, though nothing else is. */
  isDue(nowMs: number): boolean {
    const { braking } = this.#state;
    return braking !== null && this.#isSummaryDue(braking, nowMs);
  }

  /** Lets pass what there is room for; `nowMs` is the wall clock's. */
  take(notifications: readonly IncidentNotification[], nowMs: number): BrakeOutcome {
    this.#state = { ...this.#state, sentMs: this.#state.sentMs.filter((at) => isOfLastHour(at, nowMs)) };
    const pass: IncidentNotification[] = [];
    let held = 0;
    const { heldIds } = this.#state;
    const isHeld = ({ incident }: IncidentNotification): boolean => heldIds.includes(incident.id);
    // Of what people know nothing they hear first: else the same incidents' reminders would take the room each time.
    const inTurn = [...notifications.filter(isHeld), ...notifications.filter((one) => !isHeld(one))];
    for (const notification of inTurn) {
      const verdict = this.#judge(notification, nowMs);
      if (verdict === 'pass') pass.push(notification);
      else if (verdict === 'hold') held += 1;
    }
    return { pass, held, summary: this.#summary(nowMs) };
  }

  #judge(notification: IncidentNotification, nowMs: number): 'pass' | 'hold' | 'silent' {
    const { incident, event, members } = notification;
    const [lead] = members;
    if (!incident.deliver || lead === undefined) return 'silent';
    const { sentMs, heldIds, braking } = this.#state;
    const isKnown = !heldIds.includes(incident.id);
    if (event === 'resolved') {
      if (isKnown) return 'pass';
      this.#state = { ...this.#state, heldIds: heldIds.filter((id) => id !== incident.id) };
      return 'silent';
    }
    if (this.#hasRoom(nowMs)) {
      const stillHeld = heldIds.filter((id) => id !== incident.id);
      this.#state = { ...this.#state, sentMs: [...sentMs, nowMs], heldIds: stillHeld };
      return 'pass';
    }
    // What is held back already is not one more.
    if (!isKnown) return 'silent';
    const isUpdate = incident.told > 1;
    const { named, ...before } = braking ?? newBraking(nowMs);
    const earlier = before.hasNews === true ? named : [];
    const others = earlier.filter(({ id }) => id !== incident.id);
    const isMore = others.length === earlier.length;
    const one = { id: incident.id, lead, ...(isUpdate && { updatedTo: incident.alerts }) };
    this.#state = {
      ...this.#state,
      heldIds: isUpdate ? heldIds : [...heldIds, incident.id].slice(-REMEMBERED),
      braking: {
        ...before,
        count: before.count + Number(!isUpdate),
        updates: (before.updates ?? 0) + Number(isUpdate && isMore),
        named: [...others, one].slice(-NAMED),
        hasNews: true,
      },
    };
    return isUpdate ? 'silent' : 'hold';
  }

  #summary(nowMs: number): BrakeSummary | null {
    const { braking } = this.#state;
    if (braking === null || !this.#isSummaryDue(braking, nowMs)) return null;
    const { sinceMs, count, updates = 0, named, hasNews = false } = braking;
    const number = braking.summaries + 1;
    const told = { ...braking, summaries: number, summaryAtMs: nowMs, hasNews: false };
    this.#state = { ...this.#state, braking: hasNews ? told : null };
    const id = createHash('sha256')
      .update(JSON.stringify(['brake', sinceMs]))
      .digest('hex')
      .slice(0, 16);
    const event = hasNews ? 'firing' : 'resolved';
    return { id, event, number, sinceMs, atMs: nowMs, count, updates, named };
  }

  /** At once, then each hour: of what was held back since, or that of all that goes on people know by now. */
  #isSummaryDue({ summaries, summaryAtMs, hasNews = false }: Braking, nowMs: number): boolean {
    if (summaries === 0) return true;
    return !isOfLastHour(summaryAtMs, nowMs) && (hasNews || this.#state.heldIds.length === 0);
  }

  #hasRoom(nowMs: number): boolean {
    return this.#state.sentMs.filter((at) => isOfLastHour(at, nowMs)).length < this.#limit;
  }
}

/** A time in the future is none: it was before the clock was set back. */
function isOfLastHour(atMs: number, nowMs: number): boolean {
  return atMs > nowMs - HOUR_MS && atMs <= nowMs;
}

function newBraking(sinceMs: number): Braking {
  return { sinceMs, count: 0, updates: 0, named: [], summaries: 0, summaryAtMs: 0, hasNews: false };
}
