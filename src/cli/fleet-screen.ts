import type { ProduceFleetView } from '../app/produce-fleet.ts';
import type { ProgressOutput } from './progress-bar.ts';
import { wrapText } from './wrap-text.ts';

export interface FleetScreen extends ProduceFleetView {
  finished(): void;
  readonly left: string;
}

/** Tells of a fleet that is written to a topic. */
export function fleetScreen(out: ProgressOutput, topic: string): FleetScreen {
  const say = (line: string): void => void out.write(`${wrapText(line, out.columns)}\n`);
  let incident = 'Nothing goes wrong in it.';
  return {
    begun({ fleet: { hosts, options }, firstIncident }) {
      say(
        `A simulated fleet of ${hosts.length} hosts, 6 metrics each, one step a minute (seed ${options.seed}), for topic ${topic}.`,
      );
      if (firstIncident !== null) {
        const at = new Date(firstIncident.atMs).toISOString().slice(11, 19);
        incident = `The first incident begins at ${at} UTC: ${firstIncident.kind} on ${firstIncident.instance}.`;
      }
    },
    pastSent(records) {
      say(`${records} records of its past are written; from now on one step a minute, until Ctrl-C.`);
      say(incident);
    },
    finished: () => undefined,
    left: `topic ${topic} stays`,
  };
}
