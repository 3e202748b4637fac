import type { Alert, Contribution } from '../effects.ts';
import type { AlertText } from './explain.ts';
import { formatQuantity } from './quantity.ts';
import { formatSpan, formatUtc, formatUtcRange } from './time-text.ts';

/** Of many stuck features so many are spelled out. */
const FEATURES_SHOWN = 5;

/** Tells what a rule's alert is about: whose data stopped, or what stands still, since when, and how it ended. Times are UTC. */
export function explainFault(alert: Alert, stepMs: number): AlertText {
  const { title, summary, lines } =
    alert.kind === 'absence' ? absenceText(alert, stepMs) : flatlineText(alert, stepMs);
  const isKeptBack = !alert.notified && alert.state !== 'pending';
  const { detector, kind, severity, state, id } = alert;
  return {
    title: `${state === 'resolved' ? 'Resolved: ' : ''}${alert.entity}: ${title}`,
    summary: `${alert.entity}: ${summary}`,
    lines: [
      ...lines,
      ...(isKeptBack
        ? [
            'On record only, not delivered: observe mode, muted, in maintenance, or too old when it was found.',
          ]
        : []),
      `detector ${detector}, ${kind}, ${severity}, ${state}, alert ${id}`,
    ],
  };
}

function absenceText(alert: Alert, stepMs: number): AlertText {
  const startMs = alert.firstStepOver * stepMs;
  const since = formatUtc(startMs);
  if (alert.state !== 'resolved') {
    return {
      title: `no data since ${since}`,
      summary: `no data since ${since}, while its source goes on.`,
      lines: [
        `since ${since}`,
        'Its source goes on: this one has stopped, or what collects its metrics has.',
      ],
    };
  }
  const endMs = (alert.lastStepOver + 1) * stepMs;
  const span = formatSpan(endMs - startMs);
  const range = formatUtcRange(startMs, endMs);
  const text = `no data from ${range} (${span}); ${absenceEnd(alert)}`;
  return {
    title:
      alert.resolution === 'returned'
        ? `its data is back after ${span}`
        : `no data for ${span}, ${absenceEnd(alert)}`,
    summary: `${text}.`,
    lines: [text],
  };
}

function absenceEnd({ resolution }: Alert): string {
  if (resolution === 'returned') return 'then its data came back';
  return resolution === 'forgotten' ? 'not back, and forgotten now (forget_after)' : 'not watched any more';
}

function flatlineText(alert: Alert, stepMs: number): AlertText {
  const shown = alert.contributions.slice(0, FEATURES_SHOWN);
  const [lead] = shown;
  const name = lead?.feature ?? 'a feature';
  const others = alert.contributions.length - 1;
  const startMs = alert.firstStepOver * stepMs;
  const value = lead === undefined ? '' : ` at ${valueText(lead)}`;
  // With others the value is the first one's alone.
  const subject = (one: string, several: string): string =>
    others > 0 && lead !== undefined
      ? `${name} (${valueText(lead)}) and ${others} more${several} stood still`
      : `${name}${one} stood still${value}`;
  const lines = shown.map((one) => stillLine(one, stepMs));
  if (alert.state !== 'resolved') {
    const since = formatUtc(startMs);
    return {
      title: `${subject(' has', ' have')} since ${since}`,
      summary: `${name} has stood still${value} since ${since}, to the last digit, though it used to move.${alsoText(shown, alert.state)}`,
      lines: [
        `since ${since}`,
        ...lines,
        'What used to move repeats itself to the last digit: mostly it is what measures it that is stuck.',
      ],
    };
  }
  const endMs = (alert.lastStepOver + 1) * stepMs;
  const span = formatSpan(endMs - startMs);
  const range = formatUtcRange(startMs, endMs);
  const end = alert.resolution === 'recovered' ? 'now moving again' : 'then its data stopped';
  return {
    title: `${subject('', '')} for ${span}, ${end}`,
    summary: `${name} stood still${value} from ${range} (${span}), ${end}.${alsoText(shown, alert.state)}`,
    lines: [`from ${range} (${span}), ${end}`, ...lines],
  };
}

function stillLine({ still, ...one }: Contribution, stepMs: number): string {
  const value = `${one.feature}: ${valueText(one)}, the same each step`;
  if (still === undefined) return value;
  const { sinceStep, longestSteps } = still;
  const longest =
    longestSteps <= 1
      ? 'before, it moved at every step'
      : `before, ${longestSteps} steps in a row at most (${formatSpan(longestSteps * stepMs)})`;
  return `${value} since ${formatUtc(sinceStep * stepMs)}; ${longest}`;
}

function alsoText(shown: readonly Contribution[], state: Alert['state']): string {
  const names = shown.slice(1).map(({ feature }) => feature);
  return names.length === 0 ? '' : ` So ${state === 'resolved' ? 'did' : 'have'}: ${names.join(', ')}.`;
}

function valueText({ seen, unit }: Pick<Contribution, 'seen' | 'unit'>): string {
  return formatQuantity(seen, unit);
}
