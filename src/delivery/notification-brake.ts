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
}

/** One message in the place of many. `firing`: the brake holds; `resolved`: for an hour nothing was held back. */
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
  /** The first of them; never empty. */
  readonly named: readonly HeldIncident[];
}

interface Braking {
  readonly sinceMs: number;
  readonly count: number;
  readonly named: readonly HeldIncident[];
  readonly summaries: number;
  readonly summaryAtMs: number;
  readonly summaryCount: number;
}

/** What a restart needs: plain data. */
export interface BrakeState {
  /** When messages of the last hour went, Unix ms. */
  readonly sentMs: readonly number[];
  /** Incidents of which people heard nothing. */
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
 * and at most one an hour after it. Ends of incidents that people know of always pass. Nothing is lost: the rest is on record.
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
    return braking !== null && isSummaryDue(braking, nowMs);
  }

  /** Lets pass what there is room for; `nowMs` is the wall clock's. */
  take(notifications: readonly IncidentNotification[], nowMs: number): BrakeOutcome {
    this.#state = { ...this.#state, sentMs: this.#state.sentMs.filter((at) => at > nowMs - HOUR_MS) };
    const pass: IncidentNotification[] = [];
    let held = 0;
    for (const notification of notifications) {
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
    if (isKnown && this.#hasRoom(nowMs)) {
      this.#state = { ...this.#state, sentMs: [...sentMs, nowMs] };
      return 'pass';
    }
    // An update of what people know, or of what is held back already, is not one more.
    if (!isKnown || incident.told > 1) return 'silent';
    const before = braking ?? {
      sinceMs: nowMs,
      count: 0,
      named: [],
      summaries: 0,
      summaryAtMs: 0,
      summaryCount: 0,
    };
    const named = [...before.named, { id: incident.id, lead }].slice(0, NAMED);
    this.#state = {
      ...this.#state,
      heldIds: [...heldIds, incident.id].slice(-REMEMBERED),
      braking: { ...before, count: before.count + 1, named },
    };
    return 'hold';
  }

  #summary(nowMs: number): BrakeSummary | null {
    const { braking } = this.#state;
    if (braking === null || !isSummaryDue(braking, nowMs)) return null;
    const { sinceMs, count, named, summaryCount } = braking;
    const isOver = count === summaryCount;
    const number = braking.summaries + 1;
    const told = { ...braking, summaries: number, summaryAtMs: nowMs, summaryCount: count };
    this.#state = { ...this.#state, braking: isOver ? null : told };
    const id = createHash('sha256')
      .update(JSON.stringify(['brake', sinceMs]))
      .digest('hex')
      .slice(0, 16);
    return { id, event: isOver ? 'resolved' : 'firing', number, sinceMs, atMs: nowMs, count, named };
  }

  #hasRoom(nowMs: number): boolean {
    return this.#state.sentMs.filter((at) => at > nowMs - HOUR_MS).length < this.#limit;
  }
}

/** At once, then each hour: of what was held back since, or that nothing more was. */
function isSummaryDue({ summaries, summaryAtMs }: Braking, nowMs: number): boolean {
  return summaries === 0 || nowMs - summaryAtMs >= HOUR_MS;
}
