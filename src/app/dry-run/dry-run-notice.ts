import { plural } from '../../core/plural.ts';
import type { DryRunAnswer } from '../../server/dry-run.ts';
import type { DetectorDryRun } from '../../server/views/dry-run-view.ts';
import type { TelemetryEvent } from '../telemetry.ts';

/** What became of a dry run, as in `strayd_dry_runs_total{outcome}`; `cancelled`: who had asked went away. */
export type DryRunOutcome = DryRunAnswer['kind'] | 'cancelled';

/** What the log says of a dry run that began; `null` of one that was refused, which its asker is told of. */
export function dryRunNotice(
  answer: DryRunAnswer,
  outcome: DryRunOutcome,
  seconds: number,
): TelemetryEvent | null {
  const fields = { outcome, seconds };
  const took = `after ${Math.round(seconds)} s`;
  if (outcome === 'cancelled') {
    const message = `A dry run was ended ${took}: who had asked for it went away.`;
    return { event: 'dry_run', level: 'info', message, fields };
  }
  if (answer.kind === 'failed')
    return { event: 'dry_run_failed', level: 'warn', message: answer.detail, fields };
  if (answer.kind !== 'done') return null;
  const told = answer.value.detectors.map(toldOf).join('; ');
  const message = `A dry run of edited detectors ended ${took}: ${told}. Nothing was changed.`;
  return { event: 'dry_run', level: 'info', message, fields };
}

function toldOf({ detector, played }: DetectorDryRun): string {
  if (played === null) return `${detector} was not played`;
  const { then, now } = played;
  return `${detector}: ${plural(then.alerts, 'alert')} as it runs, ${plural(now.alerts, 'alert')} with the change`;
}
