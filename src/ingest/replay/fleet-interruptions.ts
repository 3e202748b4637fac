import type { Random } from '../../core/random.ts';
import type { FleetHost } from './fleet-host.ts';
import type { FleetIncident } from './fleet-incidents.ts';
import { STEPS_PER_DAY } from './fleet-signals.ts';

/** A harmless event of the telemetry: counters begin at zero again, or a few scrapes are missing. */
export interface FleetInterruption {
  readonly kind: 'counter reset' | 'scrape gap';
  readonly instance: string;
  readonly firstStep: number;
  /** 1 for a reset; for a gap how many scrapes are missing. */
  readonly steps: number;
}

const CLEAR_OF_INCIDENTS = 70;

/**
 * Each host restarts its exporters about every three days and misses two or three scrapes as often, in history too; not
 * near one of its own incidents, where a missing row would blur what is measured.
 */
export function scheduleInterruptions(
  hosts: readonly FleetHost[],
  incidents: readonly FleetIncident[],
  { steps, random }: { readonly steps: number; readonly random: Random },
): FleetInterruption[] {
  const interruptions: FleetInterruption[] = [];
  for (const { instance } of hosts) {
    for (let day = 0; day < steps / STEPS_PER_DAY; day++) {
      for (const kind of ['counter reset', 'scrape gap'] as const) {
        const happens = random.next() < 1 / 3;
        const firstStep = day * STEPS_PER_DAY + 10 + random.integer(STEPS_PER_DAY - 20);
        const length = kind === 'scrape gap' ? 2 + random.integer(2) : 1;
        const blurs = incidents.some(
          (incident) =>
            incident.instance === instance &&
            firstStep > incident.firstStep - CLEAR_OF_INCIDENTS &&
            firstStep < incident.lastStep + CLEAR_OF_INCIDENTS,
        );
        if (happens && !blurs && firstStep + length < steps) {
          interruptions.push({ kind, instance, firstStep, steps: length });
        }
      }
    }
  }
  return interruptions;
}
