import type { VNode } from 'preact';
import { html } from './html.ts';

const WIDTH = 140;
const HEIGHT = 22;

/** A few values as a line without axes; gaps where values are missing. */
export function sparkline(values: readonly (number | null)[]): VNode {
  const known = values.filter((value) => value !== null);
  const low = Math.min(...known);
  const span = Math.max(...known) - low;
  let path = '';
  let drawing = false;
  values.forEach((value, index) => {
    if (value !== null) {
      const x = (index / Math.max(1, values.length - 1)) * WIDTH;
      const y = HEIGHT - 2 - (span === 0 ? 0.5 : (value - low) / span) * (HEIGHT - 4);
      path += `${drawing ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`;
    }
    drawing = value !== null;
  });
  return html`
    <svg
      class="sparkline"
      width=${WIDTH}
      height=${HEIGHT}
      viewBox=${`0 0 ${WIDTH} ${HEIGHT}`}
      aria-hidden="true"
    >
      <path d=${path} />
    </svg>
  `;
}
