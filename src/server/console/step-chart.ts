import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { formatClock } from './format.ts';
import { html } from './html.ts';
import { useColourScheme } from './use-colour-scheme.ts';

/** One line of a chart; `colour` names a CSS variable. */
export interface ChartLine {
  readonly name: string;
  /** One a step; `null` is a gap. */
  readonly values: readonly (number | null)[];
  readonly colour: string;
  readonly dashed?: boolean;
}

/** A filled band between two lines, one value a step. */
export interface ChartBand {
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
}

interface ChartProps {
  readonly title: string;
  /** Ends of the steps, Unix seconds, ascending. */
  readonly seconds: readonly number[];
  readonly lines: readonly ChartLine[];
  /** Drawn behind the lines; `null`: none. */
  readonly band: ChartBand | null;
  readonly format: (value: number) => string;
  /** Ticks at powers of two, for bytes. */
  readonly binary?: boolean;
  /** With the times under it. */
  readonly showTimes: boolean;
  /** Times to be shaded. */
  readonly spans: readonly { readonly from: number; readonly to: number }[];
  /** Drawn as a line across. */
  readonly threshold?: number;
  /** The axis reaches down to it. */
  readonly lowest?: number;
  readonly pinned: number | null;
  readonly pin: (step: number | null) => void;
  /** The step under the pointer; `null`: it is elsewhere. */
  readonly hover: (step: number | null) => void;
  readonly zoom: (range: { fromMs: number; toMs: number }) => void;
}

const PLOT_HEIGHT = 92;
const TIMES_HEIGHT = 22;
/** 1, 2, 4, … up to some exabytes. */
const POWERS_OF_TWO = Array.from({ length: 63 }, (_, power) => 2 ** power);
/** All charts of a page with this key share their cursor. */
const CURSOR = 'entity';
/** A drag of fewer pixels is a click. */
const LEAST_DRAG = 6;

/** A small chart over steps by uPlot, with the others' cursor. */
export function StepChart(props: ChartProps): VNode {
  const { title, seconds, lines, band, pinned, showTimes } = props;
  const holder = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const dark = useColourScheme();
  // What handlers call is the newest, though the chart is made once.
  const newest = useRef(props);
  newest.current = props;

  useEffect(() => {
    const element = holder.current;
    if (element === null) return;
    const made = new uPlot(optionsOf(newest, element), dataOf([], newest.current), element);
    chart.current = made;
    const observer = new ResizeObserver(() =>
      made.setSize({ width: element.clientWidth, height: heightOf(showTimes) }),
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      chart.current = null;
    };
  }, [dark, title, lines.length, band === null, showTimes]);

  useEffect(() => chart.current?.setData(dataOf(seconds, props)), [seconds, lines, band, dark]);

  useEffect(() => chart.current?.redraw(false), [pinned]);

  return html`<figure class="chart">
    <figcaption>${title}</figcaption>
    <div ref=${holder}></div>
  </figure>`;
}

/** The band's ends come first, so that the lines are drawn over it. */
function dataOf(
  seconds: readonly number[],
  { lines, band }: Pick<ChartProps, 'lines' | 'band'>,
): uPlot.AlignedData {
  const columns = [...(band === null ? [] : [band.high, band.low]), ...lines.map(({ values }) => values)];
  return [[...seconds], ...columns.map((values) => values.slice(0, seconds.length))] as uPlot.AlignedData;
}

function heightOf(showTimes: boolean): number {
  return PLOT_HEIGHT + (showTimes ? TIMES_HEIGHT : 6);
}

function optionsOf(newest: { readonly current: ChartProps }, element: HTMLElement): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const axis = {
    stroke: colour('--quiet'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui, sans-serif',
  };
  const { lines, band, lowest, binary, showTimes } = newest.current;
  const end: uPlot.Series = { width: 0, points: { show: false } };
  return {
    width: Math.max(100, element.clientWidth),
    height: heightOf(showTimes),
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
    legend: { show: false },
    padding: [6, 18, 0, 0],
    cursor: {
      sync: { key: CURSOR },
      drag: { x: true, y: false, setScale: false, dist: LEAST_DRAG },
      y: false,
    },
    scales: {
      x: { time: true },
      y: { range: (_, low, high) => rangeOf(low, high, lowest) },
    },
    axes: [
      {
        ...axis,
        size: showTimes ? TIMES_HEIGHT : 6,
        space: 64,
        values: (_, values) => values.map((seconds) => (showTimes ? formatClock(seconds * 1000) : '')),
      },
      {
        ...axis,
        size: 76,
        space: 20,
        ...(binary === true ? { incrs: POWERS_OF_TWO } : {}),
        values: (_, values) => values.map((value) => newest.current.format(value)),
      },
    ],
    ...(band !== null && { bands: [{ series: [1, 2], fill: colour('--usual-band') }] }),
    series: [
      {},
      ...(band === null ? [] : [end, end]),
      ...lines.map(({ name, colour: variable, dashed }): uPlot.Series => ({
        label: name,
        stroke: colour(variable),
        width: 1.25,
        points: { show: false },
        ...(dashed === true ? { dash: [4, 3] } : {}),
      })),
    ],
    hooks: {
      drawClear: [(plot) => shade(plot, newest.current.spans, colour('--alert-span'))],
      draw: [
        (plot) => {
          const { threshold, pinned: held, seconds } = newest.current;
          if (threshold !== undefined) {
            drawLine(plot, { y: plot.valToPos(threshold, 'y', true) }, colour('--threshold'));
          }
          const at = held === null ? undefined : seconds[held];
          if (at !== undefined) drawLine(plot, { x: plot.valToPos(at, 'x', true) }, colour('--text'));
        },
      ],
      setCursor: [
        (plot) => {
          const { idx, left = -1 } = plot.cursor;
          newest.current.hover(left < 0 || typeof idx !== 'number' ? null : idx);
        },
      ],
      setSelect: [(plot) => zoomTo(plot, newest.current.zoom)],
      ready: [
        (plot) =>
          plot.over.addEventListener('click', () => {
            if (plot.select.width >= LEAST_DRAG) return;
            const { idx } = plot.cursor;
            const { pinned, pin } = newest.current;
            if (typeof idx === 'number') pin(idx === pinned ? null : idx);
          }),
      ],
    },
  };
}

function rangeOf(low: number | null, high: number | null, lowest: number | undefined): [number, number] {
  if (low === null || high === null) return [0, 1];
  const floor = lowest === undefined ? low : Math.min(low, lowest);
  const ceiling = lowest === undefined ? high : Math.max(high, 1.2);
  const margin = (ceiling - floor) * 0.06 || Math.abs(ceiling) * 0.05 || 1;
  return [lowest === undefined ? floor - margin : floor, ceiling + margin];
}

function zoomTo(plot: uPlot, zoom: ChartProps['zoom']): void {
  const { left, width } = plot.select;
  if (width < LEAST_DRAG) return;
  const fromMs = plot.posToVal(left, 'x') * 1000;
  const toMs = plot.posToVal(left + width, 'x') * 1000;
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  zoom({ fromMs, toMs });
}

function shade(plot: uPlot, spans: ChartProps['spans'], fill: string): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.fillStyle = fill;
  for (const { from, to } of spans) {
    const left = Math.max(bbox.left, plot.valToPos(from, 'x', true));
    const right = Math.min(
      bbox.left + bbox.width,
      Number.isFinite(to) ? plot.valToPos(to, 'x', true) : Infinity,
    );
    if (right > left) ctx.fillRect(left, bbox.top, Math.max(2, right - left), bbox.height);
  }
  ctx.restore();
}

/** A dashed line across at `y`, or one from top to bottom at `x`; in canvas pixels. */
function drawLine(plot: uPlot, at: { readonly x: number } | { readonly y: number }, stroke: string): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = stroke;
  ctx.lineWidth = devicePixelRatio;
  ctx.beginPath();
  if ('x' in at) {
    ctx.moveTo(at.x, bbox.top);
    ctx.lineTo(at.x, bbox.top + bbox.height);
  } else {
    ctx.setLineDash([5 * devicePixelRatio, 4 * devicePixelRatio]);
    ctx.moveTo(bbox.left, at.y);
    ctx.lineTo(bbox.left + bbox.width, at.y);
  }
  ctx.stroke();
  ctx.restore();
}
