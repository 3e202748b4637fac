import type { WaitingIncident } from '../pipeline/tell-incidents.ts';

/** So long after one was to be told it is tried again: the pipeline may be replaying. */
const AGAIN_MS = 1000;

/**
 * Holds incidents' waits against the wall clock. On the records' clock a wait ends with a record, and where few come, or none any
 * more, people would wait for it; here it ends when its time is over.
 */
export class IncidentWaits {
  #deadlines = new Map<string, number>();

  /** Those whose wait is over, given all that wait now; to be asked a few times a second. */
  due(waiting: readonly WaitingIncident[], nowMs: number): WaitingIncident[] {
    const known = this.#deadlines;
    this.#deadlines = new Map();
    return waiting.filter(({ detector, incident, waitMs }) => {
      const key = `${detector} ${incident}`;
      const deadline = known.get(key) ?? nowMs + waitMs;
      const isOver = nowMs >= deadline;
      this.#deadlines.set(key, isOver ? nowMs + AGAIN_MS : deadline);
      return isOver;
    });
  }
}
