import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import { formatScore } from './format.ts';
import { formatValue } from './format-value.ts';
import { html, part } from './html.ts';
import type { EntitySteps } from './shapes.ts';
import { StepChart, type ChartBand, type ChartLine } from './step-chart.ts';

interface ChartsProps {
  readonly data: EntitySteps;
  /** Number of the step that the cursor is held at; `null`: it follows the pointer. */
  readonly pinned: number | null;
  readonly pin: (step: number | null) => void;
  readonly hover: (step: number | null) => void;
  readonly zoom: (range: { fromMs: number; toMs: number }) => void;
}

/** A chart a feature and under them, always in view, the score, on one cursor; alerts are shaded in all of them. */
export function EntityCharts({ data, pinned, pin, hover, zoom }: ChartsProps): VNode {
  const { steps, features, alerts } = data;
  const seconds = useMemo(() => steps.map(({ atMs }) => atMs / 1000), [data]);
  const spans = useMemo(
    () => alerts.map(({ fromMs, toMs }) => ({ from: fromMs / 1000, to: (toMs ?? Infinity) / 1000 })),
    [data],
  );
  const score = useMemo(() => scoreLines(data), [data]);
  const charts = useMemo(
    () => features.map((_, index) => ({ lines: featureLines(data, index), band: bandOf(data, index) })),
    [data],
  );
  const hasExpected = steps.some(({ expected }) => expected?.some((value) => value !== null) === true);
  const hasBand = steps.some(({ high }) => high?.some((value) => value !== null) === true);
  const shared = { seconds, spans, pinned, pin, hover, zoom };
  return html`
    <div class="charts">
      <p class="key">
        <span><i class="line actual"></i>actual</span>
        ${hasExpected && html`<span><i class="line expected"></i>expected</span>`}
        ${
          hasBand &&
          html`<span title="A step with every feature in its band raises no alert by the model"
            ><i class="span usual"></i>usual around it</span
          >`
        }
        <span><i class="line threshold"></i>threshold of the score</span>
        <span><i class="span"></i>alert</span>
      </p>
      ${features.map(({ feature, unit }, index) =>
        part(StepChart, {
          ...shared,
          key: feature,
          title: feature,
          lines: charts[index]?.lines ?? [],
          band: charts[index]?.band ?? null,
          showTimes: false,
          binary: /^(B|By|bytes?)(\/s)?$/.test(unit),
          format: (value) => formatValue(value, unit),
        }),
      )}
      <div class="score-chart">
        ${part(StepChart, {
          ...shared,
          title: 'score',
          lines: score,
          band: null,
          showTimes: true,
          format: formatScore,
          threshold: 1,
          lowest: 0,
        })}
      </div>
    </div>
  `;
}

function scoreLines({ steps }: EntitySteps): readonly ChartLine[] {
  return [{ name: 'score', values: steps.map(({ score }) => score), colour: '--line-score' }];
}

function featureLines({ steps }: EntitySteps, index: number): readonly ChartLine[] {
  const expected = steps.map((step) => step.expected?.[index] ?? null);
  return [
    { name: 'expected', values: expected, colour: '--line-expected', dashed: true },
    { name: 'actual', values: steps.map(({ seen }) => seen[index] ?? null), colour: '--line-actual' },
  ];
}

function bandOf({ steps }: EntitySteps, index: number): ChartBand {
  return {
    low: steps.map(({ low }) => low?.[index] ?? null),
    high: steps.map(({ high }) => high?.[index] ?? null),
  };
}
