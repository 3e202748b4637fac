import { fileURLToPath } from 'node:url';
import { matchEvents } from '../../../src/core/evaluation/match-events.ts';
import { benchLine } from '../bench-line.ts';
import type { BenchLine, BenchOptions } from '../bench-line.ts';
import { loadSet } from '../quality/load-set.ts';
import { loadWide } from '../quality/load-wide.ts';
import { ALERT_STAGES, type AlertStage } from './alert-stages.ts';
import { printAlerts } from './print-alerts.ts';
import { petShopBench } from './petshop-bench.ts';
import { scoredGroups, type ScoredGroup } from './scored-steps.ts';

const FIXTURE = fileURLToPath(new URL('../../fixtures/jumpstarter', import.meta.url));
const FIXTURE_TRAIN_UNTIL_MS = Date.UTC(2026, 0, 25);
const EXTRACT = 'extract';
const PETSHOP = 'petshop';
const WEEK_MS = 7 * 86_400_000;

/** What one stage comes to on a set. */
interface StageFigures {
  readonly stage: string;
  readonly perDetectorWeek: number;
  /** A detector-week; `null` before there are alerts. */
  readonly messages: number | null;
  readonly found: number;
  readonly events: number;
  readonly medianDelayMs: number | null;
}

/** Incidents, events found and delay from stage to stage between score and person; and how incidents are ranked (test/bench/README.md). */
export async function alertsBench({ data, sets, print }: BenchOptions): Promise<BenchLine[]> {
  const lines: BenchLine[] = [];
  for (const set of data === null ? [EXTRACT] : (sets ?? ['asd', PETSHOP])) {
    if (set === PETSHOP && data !== null) lines.push(...(await petShopBench(data, print)));
    else lines.push(...(await benchSet(set, data, print)));
  }
  return lines;
}

async function benchSet(
  set: string,
  data: string | null,
  print: (text: string) => void,
): Promise<BenchLine[]> {
  const entities =
    data === null
      ? await loadWide(`${FIXTURE}/wide.csv.gz`, `${FIXTURE}/labels.csv`, FIXTURE_TRAIN_UNTIL_MS)
      : loadSet(data, set);
  if (entities === null) {
    print(`${set}: left out, it is not under --data`);
    return [];
  }
  const groups = await scoredGroups(entities);
  print(`${set}: ${entities.length} entities, detectors: ${groups.length}`);
  print(
    `  ${'stage'.padEnd(28)}${'a detector-week'.padStart(16)}${'messages'.padStart(10)}${'found'.padStart(12)}${'delay'.padStart(10)}`,
  );
  const figures = ALERT_STAGES.map((stage) => {
    const result = figuresOf(stage, groups);
    print(lineOf(result));
    return result;
  });
  for (const group of groups.slice(0, 1)) printAlerts(group, print);
  return figures.flatMap((result) => toLines(set, result, figures[0]));
}

function figuresOf(stage: AlertStage, groups: readonly ScoredGroup[]): StageFigures {
  const results = groups.map((group) => {
    const { spans: alerts, count, messages } = stage.outcome(group);
    const { spec, events, steps, watchedMs } = group;
    const entities = steps.size;
    return { count, messages, input: { events, alerts, entities, watchedMs, budget: spec.alert.budget } };
  });
  const counted = results.reduce((sum, { count }) => sum + count, 0);
  const messages = results.reduce((sum, one) => sum + (one.messages ?? 0), 0);
  const isTold = results.some((one) => one.messages !== null);
  const weeks = groups.reduce((sum, { watchedMs }) => sum + watchedMs / WEEK_MS, 0);
  // Entities of two groups may have one name: each is matched with its own events.
  const named = results.map(({ input }, index) => ({
    events: input.events.map((event) => ({ ...event, entity: `${index} ${event.entity}` })),
    alerts: input.alerts.map((alert) => ({ ...alert, entity: `${index} ${alert.entity}` })),
  }));
  const [first] = groups;
  const match = matchEvents({
    events: named.flatMap(({ events }) => events),
    alerts: named.flatMap(({ alerts }) => alerts),
    entities: groups.reduce((sum, { steps }) => sum + steps.size, 0),
    watchedMs: groups.reduce((sum, { watchedMs, steps }) => sum + watchedMs * steps.size, 0),
    budget: first?.spec.alert.budget ?? { count: 1, perMs: WEEK_MS, scope: 'entity' },
  });
  return {
    stage: stage.name,
    perDetectorWeek: counted / weeks,
    messages: isTold ? messages / weeks : null,
    found: match.found,
    events: match.events,
    medianDelayMs: match.medianDelayMs,
  };
}

function lineOf({ stage, perDetectorWeek, messages, found, events, medianDelayMs }: StageFigures): string {
  const delay = medianDelayMs === null ? '–' : `${Number((medianDelayMs / 60_000).toFixed(1))} min`;
  const told = messages === null ? '–' : messages.toFixed(1);
  const share = `${found} of ${events}`;
  return `  ${stage.padEnd(28)}${perDetectorWeek.toFixed(1).padStart(16)}${told.padStart(10)}${share.padStart(12)}${delay.padStart(10)}`;
}

/** Each stage beside the bare score. */
function toLines(set: string, result: StageFigures, bare: StageFigures | undefined): BenchLine[] {
  const line = (figure: string, unit: string, value: (of: StageFigures) => number | null): BenchLine =>
    benchLine({
      bench: 'alerts',
      case: `${set}/${result.stage}/${figure}`,
      value: value(result),
      unit,
      baseline: bare?.stage ?? 'none',
      baseline_value: bare === undefined ? null : value(bare),
    });
  return [
    line('incidents', 'per detector-week', ({ perDetectorWeek }) => perDetectorWeek),
    line('messages', 'per detector-week', ({ messages }) => messages),
    line('events found', `of ${result.events}`, ({ found }) => found),
    line('median delay', 's', ({ medianDelayMs }) => (medianDelayMs === null ? null : medianDelayMs / 1000)),
  ];
}
