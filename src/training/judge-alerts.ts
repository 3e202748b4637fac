import type { GateVerdict } from './promotion-gate.ts';
import type { HoldOutAlerts } from './hold-out-alerts.ts';

/** A budget that is kept to within a factor of two is kept (RECIPE §3). */
const OVERRUN = 2;
/** So rarely twice the budget gives more alerts than are let pass. */
const CHANCE = 0.01;

/**
 * Holds the alerts that a challenger would have raised on the newest hold-out against the budget: no more than twice the budget gives
 * in all but 1 % of such stretches (Poisson), or than the champion would have raised on the same rows, whichever is more.
 */
export function judgeAlerts(challenger: HoldOutAlerts | null, champion: HoldOutAlerts | null): GateVerdict {
  const name = 'alerts';
  if (challenger === null) {
    return { name, passed: true, detail: 'Alerts were not counted: the hold-out is too short.' };
  }
  const most = Math.max(poissonQuantile(OVERRUN * challenger.budgeted, 1 - CHANCE), champion?.raised ?? 0);
  const passed = challenger.raised <= most;
  const detail =
    `It would have raised ${alerts(challenger.raised)} on the newest rows, ${passed ? 'within' : 'more than'} ` +
    `the ${most} that pass (the model in use: ${champion?.raised ?? 'unknown'}, the budget: ${challenger.budgeted.toFixed(2)}).`;
  return { name, passed, detail };
}

function alerts(count: number): string {
  return `${count} ${count === 1 ? 'alert' : 'alerts'}`;
}

/** The least count that a Poisson variable does not exceed with probability `share`. */
function poissonQuantile(mean: number, share: number): number {
  // Far from zero the normal approximation is as good, and e^-mean would vanish.
  if (mean > 500) return Math.ceil(mean + 2.33 * Math.sqrt(mean));
  let term = Math.exp(-mean);
  let below = term;
  let count = 0;
  while (below < share) {
    count += 1;
    term *= mean / count;
    below += term;
  }
  return count;
}
