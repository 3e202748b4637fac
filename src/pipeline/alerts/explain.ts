import type { Alert, AlertResolution, Contribution } from '../effects.ts';
import { describeChange, isLittleChanged } from './change-text.ts';
import { explainFault } from './fault-text.ts';
import { guardRemark, guardText } from './guard-text.ts';
import { isFault } from './is-fault.ts';
import { formatQuantity, formatRange } from './quantity.ts';
import { withShownNames } from './shown-names.ts';
import { sparkline } from './sparkline.ts';
import { formatSpan, formatUtc, formatUtcRange } from './time-text.ts';

/** An alert in words, for every place that shows one. Plain text, no markup. */
export interface AlertText {
  /** What strayed and how, to be read on a locked phone. */
  readonly title: string;
  /** The title's facts as one or two sentences, with since when and how long. */
  readonly summary: string;
  /** All that is known beside the title, one line an element. */
  readonly lines: readonly string[];
}

const featuresShown = 5;
/** Features with a smaller part than this are noise beside the first. */
const leastRatio = 0.05;

function worthShowing(alert: Alert): readonly Contribution[] {
  const leading = alert.contributions.slice(0, 1);
  const others = alert.contributions.slice(1, featuresShown).filter(({ ratio }) => ratio >= leastRatio);
  return [...leading, ...others];
}

const seenText = ({ seen, unit }: Contribution): string => formatQuantity(seen, unit);
const expectedText = ({ expected, unit }: Contribution): string => formatQuantity(expected, unit);

function rangeText({ range, unit }: Contribution): string | null {
  return range === null ? null : formatRange(range.low, range.high, unit);
}

/** What the leading feature did at its worst; once it is back, as of something past, so that nobody takes it for now. */
function headline(culprit: Contribution, { kind, state, resolution }: Alert): string {
  const { feature, range } = culprit;
  const isPast = state === 'resolved' && resolution !== 'accepted';
  const name = isPast ? `${feature} was` : feature;
  if (range !== null) {
    const side = culprit.seen < range.low ? 'below' : 'above';
    return `${name} ${seenText(culprit)}, ${side} all it ${isPast ? 'had' : 'has'} shown in training (${rangeText(culprit)})`;
  }
  const guard = guardText(culprit);
  // The model alone would not have raised it.
  if (guard !== null && kind === 'range') return `${guard.isOfValue ? name : feature} ${guard.text}`;
  const change = describeChange(culprit);
  if (!isLittleChanged(culprit)) {
    return `${name} ${seenText(culprit)}, expected about ${expectedText(culprit)} (${change})`;
  }
  const byItself = change === 'as expected' ? 'by itself as expected' : `${change} than expected`;
  return `${feature} ${isPast ? 'moved' : 'moves'} unusually: ${seenText(culprit)}, ${byItself}`;
}

/** `isOnly`: the detector has no other feature that could have a share. */
function featureLine(contribution: Contribution, isOnly: boolean): string {
  const share = isOnly ? '' : `; ${Math.round(contribution.ratio * 100)} % of the deviation`;
  const range = rangeText(contribution);
  const change = describeChange(contribution);
  const seen = `${seenText(contribution)}, expected about ${expectedText(contribution)} (${change})`;
  const training = range === null ? '' : `; in training ${range}`;
  const guard = guardRemark(contribution);
  return `${contribution.feature}: ${seen}${share}${training}${guard === null ? '' : `; ${guard}`}`;
}

function recentLine(alert: Alert): string | null {
  const known = alert.recent.filter((value) => value !== null);
  const culprit = alert.contributions[0];
  if (culprit === undefined || known.length < 2) return null;
  const range = formatRange(Math.min(...known), Math.max(...known), culprit.unit);
  // Of a resolved one they no longer show what had strayed, but that it is back.
  const steps =
    alert.state === 'resolved'
      ? `${alert.recent.length} steps up to its end`
      : `last ${alert.recent.length} steps`;
  return `${culprit.feature}, ${steps}: ${sparkline(alert.recent)} (${range})`;
}

const endings: Readonly<Partial<Record<AlertResolution, string>>> = {
  recovered: 'now back to normal',
  no_data: 'then its data stopped',
  accepted: 'accepted as new normal, not back',
};

/** A shift lasts beyond its last step over: the thresholds learn its level. */
const lastStepOf = ({ stayedStep, lastStepOver }: Alert): number => stayedStep ?? lastStepOver;

function timeText(alert: Alert, stepMs: number): string {
  const startMs = alert.firstStepOver * stepMs;
  // No "so far": a firing alert is told of for as long as it lasts, in words that must stay true.
  if (alert.state !== 'resolved') return `since ${formatUtc(startMs)}`;
  const endMs = (lastStepOf(alert) + 1) * stepMs;
  const span = formatSpan(endMs - startMs);
  return `from ${formatUtcRange(startMs, endMs)} (${span}), ${endings[alert.resolution ?? 'recovered']}`;
}

/** What nobody may miss who reads the title alone: that the level is still there, or that nothing is known of it any more. */
function endOfTitle({ kind, state, resolution }: Alert): string {
  if (state !== 'resolved') return kind === 'shift' ? ', and it stays' : '';
  if (resolution === 'accepted') return ', accepted as new normal';
  return resolution === 'no_data' ? ', then its data stopped' : '';
}

/** How long a firing alert has lasted, by the last step that was over (of a shift, at its level): that stays true however late it is read. */
function lastedText(alert: Alert, stepMs: number): string {
  const { state, firstStepOver } = alert;
  const lastStep = lastStepOf(alert);
  if (state === 'resolved' || lastStep === firstStepOver) return '';
  const [startMs, endMs] = [firstStepOver * stepMs, (lastStep + 1) * stepMs];
  const [start, end] = [formatUtc(startMs), formatUtc(endMs)];
  const isSameDay = start.slice(0, 10) === end.slice(0, 10);
  return ` (${formatSpan(endMs - startMs)} by ${isSameDay ? end.slice(11, 19) : end})`;
}

function othersText(shown: readonly Contribution[]): string {
  const names = shown.slice(1).map(({ feature }) => feature);
  return names.length === 0 ? '' : ` Also off: ${names.join(', ')}.`;
}

/** True if the model alone raised it and no guard has anything to say. */
const isPatternOnly = (alert: Alert): boolean =>
  alert.kind === 'anomaly' &&
  alert.contributions.length > 0 &&
  alert.contributions.every(({ range, guard }) => range === null && (guard ?? null) === null);

function notes(alert: Alert): readonly string[] {
  const told: string[] = [];
  if (alert.kind === 'shift' && alert.state === 'firing') {
    told.push(
      `The level has changed and stays. If that is meant to be, "strayd alerts accept ${alert.id}" makes it the new normal.`,
    );
  }
  if (alert.beside !== undefined && alert.state === 'firing') {
    told.push('This is beside a level of it that has changed and stays, which has an alert of its own.');
  }
  if (isPatternOnly(alert)) {
    told.push(
      alert.contributions.length === 1
        ? 'The value is within the range seen in training: new is how it moves.'
        : 'All values are within the ranges seen in training: new is how they move, in time or together.',
    );
  }
  if (alert.provisional) {
    told.push('Provisional, so not delivered: the threshold still rests on little history.');
  } else if (!alert.notified && alert.state !== 'pending') {
    told.push(
      'On record only, not delivered: observe mode, muted, in maintenance, or too old when it was found.',
    );
  }
  return told;
}

/** Tells what an alert is about: what strayed, how far from what was expected, since when, and how sure strayd is. Times are UTC; names are made harmless to show. */
export function explainAlert(raw: Alert, stepMs: number): AlertText {
  const alert = withShownNames(raw);
  if (isFault(alert)) return explainFault(alert, stepMs);
  const shown = worthShowing(alert);
  const [culprit] = shown;
  const head = culprit === undefined ? 'strays from its learned normal' : headline(culprit, alert);
  const time = timeText(alert, stepMs);
  const resolved = alert.state === 'resolved';
  const stays = alert.kind === 'shift' && !resolved;
  const worst = culprit === undefined ? '' : ` At its worst: ${head}.`;
  const peak = `${formatUtc(alert.peakStep * stepMs)} (1 is the threshold, 10 the most)`;
  const recent = recentLine(alert);
  return {
    title: `${resolved ? 'Resolved: ' : ''}${alert.entity}: ${head}${endOfTitle(alert)}`,
    summary: `${alert.entity} ${resolved ? 'strayed' : 'has strayed'} from its learned normal ${time}${stays ? ', and the level stays' : ''}.${worst}${othersText(shown)}`,
    lines: [
      `${time}${lastedText(alert, stepMs)}`,
      ...shown.map((one) => featureLine(one, alert.contributions.length === 1)),
      ...(recent === null ? [] : [recent]),
      `score ${alert.peakScore.toFixed(1)} at its peak, ${peak}`,
      ...notes(alert),
      `detector ${alert.detector}, ${alert.kind}, ${alert.severity}, ${alert.state}, model ${alert.modelVersion}, alert ${alert.id}`,
    ],
  };
}
