import type { FeatureReading, StepCheck, StepExplanation } from '../pipeline/explain/step-explanation.ts';
import { printable } from '../core/printable.ts';
import { renderTable } from './table.ts';
import { wrapText } from './wrap-text.ts';

const MOST_FEATURES = 12;
const BAR = 10;
const INDENT = '  ';

/** An explanation for a terminal `columns` wide: the answer first, then what it rests on. */
export function explainText(explanation: StepExplanation, columns: number | undefined): string {
  const { detector, entity, when, sentence, checks, notes, alert } = explanation;
  const head = `${detector} / ${entity}, ${when}`;
  const lines = [
    printable(head),
    '',
    printable(sentence),
    '',
    ...factLines(explanation),
    '',
    ...featureLines(explanation.features),
    ...(checks.length === 0 ? [] : ['', 'What had to hold:', ...checks.map((check) => checkLine(check))]),
    ...(alert === null
      ? []
      : ['', `Alert ${alert.id}: ${alert.kind}, ${alert.state} after this step, since ${alert.since}.`]),
    ...(notes.length === 0 ? [] : ['', ...notes.map((note) => `Note: ${note}`)]),
  ];
  return lines.map((line) => wrapText(line, columns)).join('\n');
}

function factLines({
  score,
  raw,
  threshold,
  parts,
  rowRatio,
  model,
  provisional,
  mode,
}: StepExplanation): string[] {
  const facts: [string, string][] = [];
  if (score !== null)
    facts.push(['score', `${bar(score)} ${score.toFixed(2)} (1 is the threshold, 10 the most)`]);
  if (raw !== null) facts.push(['raw', rawText(raw, threshold, parts)]);
  if (provisional) facts.push(['threshold', 'provisional: it rests on little history yet']);
  if (rowRatio !== null) facts.push(['newest row', rowText(rowRatio)]);
  if (model !== null) {
    const { version, usedThen, rows, rowsNeeded } = model;
    const then = usedThen ? '' : ', not the one of then';
    facts.push(['model', `${version}${then}; ${rows} of ${rowsNeeded} rows`]);
  }
  facts.push(['mode', mode]);
  return facts.map(([name, text]) => `${INDENT}${name.padEnd(12)}${text}`);
}

function rowText(ratio: number): string {
  return `its error is ${Number(ratio.toPrecision(2))} times what is usual at most`;
}

function rawText(raw: number, threshold: number | null, parts: StepExplanation['parts']): string {
  const wanted = threshold === null ? '' : `, threshold ${threshold.toFixed(3)}`;
  if (parts === null) return `${raw.toFixed(3)}${wanted}`;
  const { model, trainingRange, runningGuards } = parts;
  const guards = [
    ...(trainingRange > 0 ? [`outside training ${trainingRange.toFixed(3)}`] : []),
    ...(runningGuards > 0 ? [`running guards ${runningGuards.toFixed(3)}`] : []),
  ];
  const sum = guards.length === 0 ? 'all of it the model' : `model ${model.toFixed(3)}, ${guards.join(', ')}`;
  return `${raw.toFixed(3)}${wanted} (${sum})`;
}

/** The threshold's tenth of the bar, then up to the most that a score can be. */
function bar(score: number): string {
  const full = Math.round(Math.min(BAR, Math.max(0, score)));
  return `${'█'.repeat(full)}${'·'.repeat(BAR - full)}`;
}

function featureLines(features: readonly FeatureReading[]): string[] {
  const shown = features.slice(0, MOST_FEATURES);
  const rows = shown.map((one) => [
    one.feature,
    one.seen === null ? 'missing' : one.text.seen,
    one.text.expected,
    one.error === null ? '–' : `${one.error.toPrecision(2)} sd`,
    one.share === null ? '–' : shareText(one.share),
    one.text.remark,
  ]);
  const table = renderTable(['feature', 'seen', 'expected', 'error', 'share', ''], rows);
  const left = features.length - shown.length;
  return [
    ...table.split('\n').map((line) => `${INDENT}${line}`),
    ...(left > 0 ? [`${INDENT}and ${left} more with smaller shares (--json has all)`] : []),
  ];
}

function shareText(share: number): string {
  return share > 0 && share < 0.005 ? '<1 %' : `${Math.round(100 * share)} %`;
}

function checkLine({ name, held, detail }: StepCheck): string {
  const mark = held === null ? '·' : held ? '✓' : '✗';
  return `${INDENT}${mark} ${printable(`${name}: ${held === null ? 'not asked of this step' : detail}`)}`;
}
