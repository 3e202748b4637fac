import type { Labels } from '../../core/sample.ts';
import type { Alert, FaultKind } from '../effects.ts';

/**
 * Alerts of one detector that overlap in time and share the labels of `alert.group_by`, told as one. `waiting`: nothing
 * was told yet; `firing`: told, and some member may still fire; `resolved`: all members ended. Plain data, a row of the store.
 */
export interface Incident {
  /** Hash of (detector, group, deliver, id of the alert that opened it). */
  readonly id: string;
  readonly detector: string;
  /** Of the alert that opened it: what Kafka records of the incident are keyed by. */
  readonly entity: string;
  /** The labels that its members share, and their values; empty: the whole detector. */
  readonly group: Labels;
  /** Whether people are told. Alerts that are only on record (observe mode, muted, maintenance, …) make incidents of their own. */
  readonly deliver: boolean;
  readonly state: 'waiting' | 'firing' | 'resolved';
  /** Step in which its first member fired, and in which its newest did. */
  readonly openedStep: number;
  readonly newestStep: number;
  /** Last step in which a member resolved; `null` before. */
  readonly resolvedStep: number | null;
  /** Members, and those of them that fire. */
  readonly alerts: number;
  readonly firing: number;
  /** When the next message is due on the detector's clock (newest time of a Kafka record), ms; `null`: nothing to tell. */
  readonly dueMs: number | null;
  /** Messages so far, the members that the last one counted, and when it was, ms; `null` before the first. */
  readonly told: number;
  readonly toldAlerts: number;
  readonly toldAtMs: number | null;
  /** Ids of the members that have joined since then, oldest first; absent: none, or too many to tell them apart from the others. */
  readonly untold?: readonly string[];
  /** Whether the next message is to tell that a member has become a shift, or one has told it; absent: none has. */
  readonly shift?: 'due' | 'told';
  /**
   * Set of faults of the telemetry: those of one kind are rolled up for the whole detector, apart from what strays; and of how many
   * entities the detector knew when the newest joined.
   */
  readonly fault?: { readonly kind: FaultKind; readonly entities: number };
}

/** An incident as it is after a change, and what the change was. */
export interface IncidentUpdate {
  readonly incident: Incident;
  /** Ids of the alerts that have joined. */
  readonly joined: readonly string[];
}

/** What edge channels say of an incident: that it is there, that it has grown, that it is over. */
export interface IncidentNotification {
  readonly incident: Incident;
  readonly event: 'firing' | 'resolved';
  /** Event time, ms. */
  readonly atMs: number;
  /**
   * What fires first, then what is over; among each what is new since the last message, then the others, the likeliest first
   * cause on top. At most `MEMBERS_TOLD` of them; never empty.
   */
  readonly members: readonly Alert[];
  /** So many have joined since the last message, the one on top among them; absent when the message leads with another. */
  readonly more?: number;
}

/** So many members are named in a message; the others are counted. */
export const MEMBERS_TOLD = 20;

/** An open incident with its members, as a restart gets it back. */
export interface OpenIncident {
  readonly incident: Incident;
  readonly alerts: readonly Alert[];
}
