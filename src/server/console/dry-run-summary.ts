import type { DetectorDryRun, DryRunAlert, DryRunView } from '../views/dry-run-view.ts';
import { formatOf } from './format.ts';

/** What came of a dry run in one sentence a detector. */
export function dryRunSummary({ detectors }: DryRunView): string {
  return detectors.map((one) => `${one.detector}: ${changesOf(one)}.`).join(' ');
}

function changesOf({ played }: DetectorDryRun): string {
  if (played === null) return 'not played';
  const count = (change: DryRunAlert['change']): number =>
    played.alerts.filter((alert) => alert.change === change).length;
  const [gained, lost] = [count('gained'), count('lost')];
  if (gained + lost === 0) return 'the same alerts with both';
  return `${formatOf(gained, 'alert', 'alerts')} gained, ${lost} lost`;
}
