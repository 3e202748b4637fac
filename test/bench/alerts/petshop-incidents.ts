import { backtestState } from '../../../src/app/backtest.ts';
import { putToUse, trainNow } from '../../../src/app/backtest-training.ts';
import { firedAlerts } from '../../../src/app/fired-alerts.ts';
import { backtestDetector } from '../../../src/ingest/replay/backtest-detector.ts';
import type { WideRow } from '../../../src/ingest/replay/wide-csv.ts';
import { wideSlices } from '../../../src/ingest/replay/wide-slices.ts';
import type { Alert, ClosedVector, Effects } from '../../../src/pipeline/effects.ts';
import type { PipelineState } from '../../../src/pipeline/pipeline-state.ts';
import { step } from '../../../src/pipeline/step.ts';
import type { PetShop, PetShopIssue } from './load-petshop.ts';

const SOURCE = 'petshop';
const ROWS_PER_SLICE = 2000;

/** What strayd raised while one fault was there. */
export interface PetShopIncident {
  readonly issue: PetShopIssue;
  readonly alerts: readonly Alert[];
}

/** Learns all services' normal state once, then watches each fault as if it followed at once. */
export async function petShopIncidents(shop: PetShop): Promise<PetShopIncident[]> {
  const spec = backtestDetector(shop.features, shop.stepMs);
  const history: ClosedVector[] = [];
  const learned = backtestState(spec);
  feed(learned, shop, shop.normal).forEach(({ steps }) => {
    history.push(...steps.map(({ vector }) => vector));
  });
  const outcome = await trainNow({ spec }, { history, seen: [], champion: null });
  if (outcome.kind !== 'promoted') throw new Error(`PetShop's normal rows made no model: ${outcome.detail}`);
  const incidents: PetShopIncident[] = [];
  for (const issue of shop.issues) {
    const state = backtestState(spec);
    await putToUse(state, outcome, { spec, atMs: shop.issuesFromMs });
    const seen = feed(state, shop, [...shop.normal, ...issue.rows]);
    incidents.push({ issue, alerts: firedAlerts(seen) });
  }
  return incidents;
}

function feed(state: PipelineState, shop: PetShop, rows: readonly WideRow[]): Effects[] {
  const { features, stepMs } = shop;
  const slices = wideSlices(rows, { source: SOURCE, features, stepMs, rowsPerSlice: ROWS_PER_SLICE });
  return [...slices].map((slice) => step(state, [{ kind: 'records', slice }]));
}
