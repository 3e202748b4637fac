import type { VNode } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { formatScore } from './format.ts';
import { cellAt, layoutHeat, type HeatLayout } from './heat-layout.ts';
import { html } from './html.ts';
import { entityHash } from './route.ts';
import { scoreLevel } from './score-level.ts';
import type { EntityScore } from './score-table.ts';
import { useColourScheme } from './use-colour-scheme.ts';

const LEVELS = 6;

/**
 * Thousands of entities as cells, highest score first. While the pointer is over it cells keep their places, so that
 * what one points at does not go elsewhere. The list below it holds the same for keyboards and screen readers.
 */
export function HeatStrip(props: {
  readonly detector: string;
  readonly ranked: readonly EntityScore[];
}): VNode {
  const { detector, ranked } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const [held, setHeld] = useState<readonly EntityScore[] | null>(null);
  const [pointed, setPointed] = useState(-1);
  const dark = useColourScheme();

  useLayoutEffect(() => {
    const element = canvas.current?.parentElement ?? null;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    setWidth(element.clientWidth);
    return () => observer.disconnect();
  }, []);

  const shown = held === null ? ranked : refreshed(held, ranked);
  const layout = layoutHeat(shown.length, width);
  useEffect(() => {
    if (canvas.current !== null && width > 0) paint(canvas.current, shown, layout, pointed);
  }, [shown, width, pointed, dark]);

  const over = shown.filter(({ score }) => score >= 1).length;
  const at = shown[pointed];
  const pointAt = (event: PointerEvent): void =>
    setPointed(cellAt(layout, shown.length, { x: event.offsetX, y: event.offsetY }));
  return html`
    <div class="heat">
      <canvas
        ref=${canvas}
        role="img"
        aria-label=${`${shown.length} entities of ${detector} by score, ${over} over the threshold; the list below names them`}
        onPointerEnter=${() => setHeld(ranked)}
        onPointerMove=${pointAt}
        onPointerLeave=${() => {
          setHeld(null);
          setPointed(-1);
        }}
        onClick=${() => {
          if (at !== undefined) location.hash = entityHash(detector, at.entity);
        }}
      ></canvas>
    </div>
    <p class="readout" aria-hidden="true">
      ${
        at === undefined
          ? `${over} over the threshold; point at a cell to see whose it is`
          : `${at.entity}: ${formatScore(at.score)}`
      }
    </p>
  `;
}

/** The kept order with the newest scores; who has gone keeps the last one. */
function refreshed(held: readonly EntityScore[], ranked: readonly EntityScore[]): readonly EntityScore[] {
  const newest = new Map(ranked.map((one) => [one.entity, one]));
  return held.map((one) => newest.get(one.entity) ?? one);
}

function paint(
  canvas: HTMLCanvasElement,
  shown: readonly EntityScore[],
  layout: HeatLayout,
  pointed: number,
): void {
  const { columns, pitch, gap, height } = layout;
  const ratio = devicePixelRatio;
  const width = columns * pitch;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.scale(ratio, ratio);
  const style = getComputedStyle(canvas);
  const colours = Array.from({ length: LEVELS }, (_, level) => style.getPropertyValue(`--level-${level}`));
  const size = pitch - gap;
  shown.forEach(({ score }, index) => {
    context.fillStyle = colours[scoreLevel(score)] ?? '';
    context.fillRect((index % columns) * pitch, Math.floor(index / columns) * pitch, size, size);
  });
  if (pointed < 0) return;
  context.strokeStyle = style.color;
  context.lineWidth = 1.5;
  context.strokeRect((pointed % columns) * pitch, Math.floor(pointed / columns) * pitch, size, size);
}
