import type { DetectorPlan } from '../app/plan-detector.ts';
import type { DetectorSpec } from '../core/detector.ts';
import { budgetLines } from '../config/budget-text.ts';
import { formatDuration } from '../core/duration.ts';
import { plural } from '../core/plural.ts';

/** A plan as lines for people: what it takes, and when the first alert can come. */
export function planLines(plan: DetectorPlan, spec: DetectorSpec): string[] {
  const { entities, series, features, isAllSeen, trouble } = plan;
  if (series === 0) {
    const why = trouble === null ? '; "check --online" tells why.' : `: ${trouble}.`;
    return [`${plan.detector}: nothing in the sample of its topics is watched${why}`];
  }
  const watched = `${entities} ${entities === 1 ? 'entity' : 'entities'}, ${series} series, ${plural(features, 'feature')}`;
  return [
    `${plan.detector}:`,
    ...(trouble === null ? [] : [`  not seen   what could not be read: ${trouble}`]),
    `  watches    ${watched}${isAllSeen ? '' : '; the sample is shorter than two steps, so there may be more'}`,
    `  memory     about ${bytes(plan.memoryBytes)} for what is open and remembered; scoring comes on top`,
    `  disk       about ${bytes(plan.diskBytesADay)} a day, ${bytes(plan.diskBytesMost)} at most`,
    `  history    the topics keep ${about(plan.retainedMs)}${readingText(plan, spec)}`,
    `  training   about ${about(plan.retrainMs)} each time`,
    `  first alert in ${about(plan.earliestAlertMs)} at the earliest${waitingText(plan)}; ${deliveryText(plan)}`,
    ...budgetLines(spec, [entities]).map((line) => `  budget     ${line.slice(spec.name.length + 2)}`),
  ];
}

function readingText({ readingMs, readsAll }: DetectorPlan, { training }: DetectorSpec): string {
  const what =
    training.bootstrap?.from === 'prometheus'
      ? 'stretches of what Prometheus has are read back'
      : readsAll
        ? 'all of it is read'
        : 'stretches of it are read back';
  return `; ${what}, in about ${about(readingMs)}`;
}

function waitingText({ waitingMs }: DetectorPlan): string {
  return waitingMs === 0 ? '' : `, for it has to wait ${about(waitingMs)} for history to learn from`;
}

function deliveryText({ earliestDeliveryMs, earliestAlertMs }: DetectorPlan): string {
  if (earliestDeliveryMs === null) return 'in observe mode none is sent';
  if (earliestDeliveryMs === earliestAlertMs) return 'it is sent at once';
  return `before ${about(earliestDeliveryMs)} thresholds are provisional, and alerts shown, not sent`;
}

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

function bytes(count: number): string {
  const unit = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, count)) / 10)));
  return `${Number((count / 2 ** (10 * unit)).toPrecision(2))} ${UNITS[unit]}`;
}

/* Two units are enough for an estimate. */
function about(ms: number): string {
  const grain = ms >= 86_400_000 ? 3_600_000 : ms >= 3_600_000 ? 60_000 : 1000;
  return formatDuration(Math.max(grain === 1000 ? 1000 : 0, Math.round(ms / grain) * grain));
}
