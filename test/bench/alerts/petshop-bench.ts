import { rankAlerts } from '../../../src/pipeline/alerts/rank-members.ts';
import { benchLine } from '../bench-line.ts';
import type { BenchLine } from '../bench-line.ts';
import { scaleRows } from '../quality/scaled-rows.ts';
import { loadPetShop, type PetShop, type PetShopIssue } from './load-petshop.ts';
import { petShopIncidents, type PetShopIncident } from './petshop-incidents.ts';

/** So many of an incident's first lines are counted. */
const TOPS = [1, 3];

/** How often the service that a fault was put into stands on top of its incident, beside plain orders of the same members. */
export async function petShopBench(data: string, print: (text: string) => void): Promise<BenchLine[]> {
  const shop = loadPetShop(data);
  if (shop === null) {
    print('petshop: left out, it is not under --data');
    return [];
  }
  const incidents = await petShopIncidents(shop);
  const members = incidents.reduce((sum, { alerts }) => sum + alerts.length, 0);
  const inside = incidents.filter(({ alerts, issue }) => alerts.some(isCauseOf(issue))).length;
  print(`petshop: ${incidents.length} injected faults, ${(members / incidents.length).toFixed(1)} members`);
  print(`  the true service is a member of ${inside} incidents`);
  print(`  ${'order'.padEnd(28)}${TOPS.map((top) => `top ${top}`.padStart(8)).join('')}`);
  const zOf = largestRowZ(shop);
  const orders: Readonly<Record<string, (incident: PetShopIncident, top: number) => number>> = {
    strayd: (incident, top) => isAmong(rankAlerts(incident.alerts, shop.stepMs), incident.issue, top),
    'onset, then largest part': (incident, top) => isAmong(byOnset(incident), incident.issue, top),
    'largest row z': (incident, top) => isAmong(byRowZ(incident, zOf), incident.issue, top),
    random: chanceAmong,
  };
  const counts = new Map(
    Object.entries(orders).map(([name, hit]) => [
      name,
      TOPS.map((top) => incidents.reduce((sum, incident) => sum + hit(incident, top), 0)),
    ]),
  );
  for (const [name, hits] of counts) {
    const texts = hits.map((count) => String(Number(count.toFixed(1))).padStart(8));
    print(`  ${name.padEnd(28)}${texts.join('')}   of ${incidents.length}`);
  }
  return [...counts.keys()].slice(1).flatMap((baseline) =>
    TOPS.map((top, index) =>
      benchLine({
        bench: 'alerts',
        case: `petshop/true service in the top ${top}`,
        value: counts.get('strayd')?.[index] ?? null,
        unit: `of ${incidents.length} faults`,
        baseline,
        baseline_value: counts.get(baseline)?.[index] ?? null,
      }),
    ),
  );
}

const isCauseOf =
  ({ rootCause }: PetShopIssue) =>
  ({ labels }: PetShopIncident['alerts'][number]): boolean =>
    labels['entity'] === rootCause;

function isAmong(order: PetShopIncident['alerts'], issue: PetShopIssue, top: number): number {
  return Number(order.slice(0, top).some(isCauseOf(issue)));
}

/** What a random order of the members comes to on average. */
function chanceAmong({ alerts, issue }: PetShopIncident, top: number): number {
  return alerts.some(isCauseOf(issue)) ? Math.min(1, top / alerts.length) : 0;
}

/** The plain rule: who began first, then whose error one feature makes most of. */
function byOnset({ alerts }: PetShopIncident): PetShopIncident['alerts'] {
  const part = (alert: PetShopIncident['alerts'][number]): number => alert.contributions[0]?.ratio ?? 0;
  return [...alerts].sort((a, b) => a.firstStepOver - b.firstStepOver || part(b) - part(a));
}

type RowZ = (service: string, issue: PetShopIssue) => number;

function byRowZ({ alerts, issue }: PetShopIncident, zOf: RowZ): PetShopIncident['alerts'] {
  const zs = new Map(alerts.map((alert) => [alert, zOf(alert.labels['entity'] ?? '', issue)]));
  return [...alerts].sort((a, b) => (zs.get(b) ?? 0) - (zs.get(a) ?? 0));
}

/** The largest |value − mean| ÷ sd of any feature in any row of the fault, by the normal rows' mean and sd. */
function largestRowZ(shop: PetShop): RowZ {
  const { features, stepMs } = shop;
  return (service, issue) => {
    const own = ({ entity }: PetShop['normal'][number]): boolean => entity === service;
    const normal = shop.normal.filter(own);
    const rows = [...normal, ...issue.rows.filter(own)];
    const scaled = scaleRows({
      entity: service,
      group: '',
      features,
      startMs: rows[0]?.timeMs ?? 0,
      stepMs,
      trainRows: normal.length,
      values: Float64Array.from(rows.flatMap(({ values }) => [...values])),
      labels: new Uint8Array(rows.length),
    });
    const faulty = scaled.values.subarray(normal.length * features.length);
    return faulty.reduce((most, z) => Math.max(most, Math.abs(z)), 0);
  };
}
