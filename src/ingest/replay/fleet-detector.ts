import type { DetectorSpec } from '../../core/detector.ts';
import { backtestDetector } from './backtest-detector.ts';
import { FLEET_FEATURES } from './fleet-metrics.ts';
import { FLEET_STEP_MS } from './fleet-signals.ts';

/** The detector that the demo puts on the simulated fleet: one model a role, five incidents a week as the budget. */
export function fleetDetector(): DetectorSpec {
  const base = backtestDetector([], FLEET_STEP_MS);
  return {
    ...base,
    name: 'fleet',
    entity: ['instance'],
    cohort: ['role'],
    features: FLEET_FEATURES,
    allowedLatenessMs: 30_000,
    alert: {
      ...base.alert,
      budget: { ...base.alert.budget, count: 5, scope: 'detector' },
      absence: { mode: 'auto', afterMs: 600_000 },
    },
  };
}
