import type { Random } from '../../core/random.ts';

const GIB = 2 ** 30;
const ROLES = ['web', 'api', 'db'] as const;

/** What makes one simulated host differ from the next. Rates are per second at full daily load. */
export interface FleetHost {
  readonly instance: string;
  readonly role: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly peakRequests: number;
  /** Hour of the day (UTC) with the highest load. */
  readonly peakHour: number;
  /** Share of the load that is gone at night. */
  readonly nightDrop: number;
  /** Busy share of all cores at full load. */
  readonly cpuShare: number;
  readonly memoryShare: number;
  /** Seconds of a request on an unloaded host, and how much of that full load adds. */
  readonly baseLatency: number;
  readonly latencyGrowth: number;
  readonly bytesPerRequest: number;
  readonly diskBytes: number;
  /** When the scrape falls within the minute, ms. */
  readonly scrapeOffsetMs: number;
  /** Minute of the day at which a harmless job runs, `null` on most hosts. */
  readonly batchMinute: number | null;
}

/** Draws host number `index`; every fourth host runs a job each evening. */
export function makeFleetHost(index: number, random: Random): FleetHost {
  const between = (low: number, high: number): number => low + (high - low) * random.next();
  const role = ROLES[index % ROLES.length] ?? 'web';
  const cores = [4, 8, 16][random.integer(3)] ?? 8;
  return {
    instance: `${role}-${Math.floor(index / ROLES.length) + 1}`,
    role,
    cores,
    memoryBytes: cores * 4 * GIB,
    peakRequests: cores * between(25, 60) * (role === 'db' ? 2 : 1),
    peakHour: between(12.5, 16.5),
    nightDrop: between(0.3, 0.45),
    cpuShare: between(0.25, 0.42),
    memoryShare: between(0.4, 0.55),
    baseLatency: role === 'db' ? between(0.003, 0.008) : between(0.03, 0.09),
    latencyGrowth: between(0.8, 1.6),
    bytesPerRequest: between(4_000, 30_000),
    diskBytes: (role === 'db' ? 4 : 1) * between(400_000, 1_500_000),
    scrapeOffsetMs: 1000 * (4 + random.integer(52)),
    batchMinute: index % 4 === 2 ? 19 * 60 + 15 * random.integer(16) : null,
  };
}
