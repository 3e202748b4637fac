import type { VNode } from 'preact';
import { html } from './html.ts';
import type { CardView, LossPoint } from './shapes.ts';

const WIDTH = 320;
const HEIGHT = 120;

/** How the nets' losses fell, one picture a net; `null` if none was trained by gradient descent. */
export function learningCurve({ groups = [] }: CardView): VNode | null {
  const curves = groups.flatMap(({ cohort, members }) =>
    members
      .filter(({ curve }) => curve.length > 1)
      .map(({ kind, entity, curve }) => ({ name: [kind, entity ?? cohort ?? []].flat().join(', '), curve })),
  );
  if (curves.length === 0) return null;
  return html`
    <section>
      <h4>Learning curve</h4>
      <div class="curves">${curves.map(({ name, curve }) => picture(name, curve))}</div>
      <p class="quiet key">
        <span><i class="line training"></i>training</span>
        <span><i class="line validation"></i>validation</span>
      </p>
    </section>
  `;
}

function picture(name: string, curve: readonly LossPoint[]): VNode {
  const losses = curve.flatMap(({ training, validation }) => [training, validation]).filter(Number.isFinite);
  const high = Math.max(...losses);
  const low = Math.min(...losses);
  const last = curve.at(-1);
  const path = (pick: (point: LossPoint) => number): string =>
    curve
      .map((point, index) => {
        const x = (index / (curve.length - 1)) * WIDTH;
        const y = 4 + (1 - (pick(point) - low) / (high - low || 1)) * (HEIGHT - 8);
        return `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`;
      })
      .join('');
  const label = `${name}: ${curve.length} epochs, validation loss from ${(curve[0]?.validation ?? 0).toPrecision(3)} to ${(last?.validation ?? 0).toPrecision(3)}`;
  return html`
    <figure class="curve">
      <svg viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label=${label}>
        <path class="training" d=${path(({ training }) => training)} />
        <path class="validation" d=${path(({ validation }) => validation)} />
      </svg>
      <figcaption class="quiet">${label}</figcaption>
    </figure>
  `;
}
