import type { OutgoingRecord } from '../ingest/kafka/kafka-producer.ts';
import { FLEET_STEP_MS } from '../ingest/replay/fleet-signals.ts';
import type { FleetIncident } from '../ingest/replay/fleet-incidents.ts';
import { simulateFleet, type FleetOptions, type SimulatedFleet } from '../ingest/replay/simulated-fleet.ts';
import { fleetRecords } from './fleet-records.ts';

/** So many steps pass in the present before something happens: time to set strayd up. */
const STEPS_BEFORE_INCIDENT = 6;
const STEPS_PER_SEND = 60;

/** A fleet of which the past is over and the present goes on by the clock. */
export interface PlayedFleet {
  readonly fleet: SimulatedFleet;
  /** The first step that begins in the present. */
  readonly presentStep: number;
  /** The first thing that goes wrong, and when by the clock, Unix ms; `null` if nothing does. */
  readonly firstIncident: (FleetIncident & { readonly atMs: number }) | null;
}

export interface PlayParts {
  send(records: readonly OutgoingRecord[]): Promise<void>;
  /** All that lies before the present is sent: so many records. */
  pastSent(records: number): void;
  /** Resolves once the clock shows this time, Unix ms. */
  waitUntil(timeMs: number): Promise<void>;
}

/** A fleet whose records end in the present, a few minutes before its first incident. */
export function fleetOfNow(options: Partial<FleetOptions>, nowMs: number): PlayedFleet {
  const planned = simulateFleet({ ...options, writtenLaterMs: 0 });
  const { startMs } = planned.options;
  const [first] = planned.incidents;
  const liveFromStep = (planned.liveFromMs - startMs) / FLEET_STEP_MS;
  const presentStep = (first?.firstStep ?? liveFromStep + STEPS_BEFORE_INCIDENT) - STEPS_BEFORE_INCIDENT;
  const writtenLaterMs = Math.floor(nowMs / FLEET_STEP_MS - presentStep) * FLEET_STEP_MS - startMs;
  return {
    fleet: simulateFleet({ ...options, writtenLaterMs }),
    presentStep,
    firstIncident: first === undefined ? null : { ...first, atMs: first.startMs + writtenLaterMs },
  };
}

/** Sends the past at once and then each step when it is over; resolves at the fleet's end, rejects as `send` and `waitUntil` do. */
export async function playFleet({ fleet, presentStep }: PlayedFleet, parts: PlayParts): Promise<void> {
  const writtenFromMs = fleet.options.startMs + fleet.options.writtenLaterMs;
  let waiting: OutgoingRecord[] = [];
  let step = 0;
  let sent = 0;
  const flush = async (): Promise<void> => {
    if (waiting.length > 0) await parts.send(waiting);
    sent += waiting.length;
    waiting = [];
  };
  for (const made of fleet.steps()) {
    if (step === presentStep) {
      await flush();
      parts.pastSent(sent);
    }
    if (step >= presentStep) await parts.waitUntil(writtenFromMs + (step + 1) * FLEET_STEP_MS);
    waiting.push(...fleetRecords(made));
    if (step >= presentStep || (step + 1) % STEPS_PER_SEND === 0) await flush();
    step++;
  }
}
