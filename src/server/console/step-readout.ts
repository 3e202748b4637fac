import type { VNode } from 'preact';
import { formatScore, formatShare, formatTime } from './format.ts';
import { formatValue } from './format-value.ts';
import { html, part } from './html.ts';
import { hashOf } from './route.ts';
import type { EntityStep, EntitySteps } from './shapes.ts';
import { StepReason } from './step-reason.ts';

interface ReadoutProps {
  readonly detector: string;
  readonly entity: string;
  readonly data: EntitySteps;
  /** Number of the step; `null`: the newest. */
  readonly at: number | null;
  /** It stays when the pointer moves. */
  readonly held: boolean;
  readonly hold: (step: number | null) => void;
}

/** What was at the step under the cursor, or at the newest one; of a held one also why an alert did or did not fire. */
export function StepReadout({ detector, entity, data, at, held, hold }: ReadoutProps): VNode | null {
  const index = Math.min(at ?? Infinity, data.steps.length - 1);
  const step = data.steps[index];
  if (step === undefined) return null;
  const endMs = step.atMs + data.stepMs;
  const alerts = data.alerts.filter(({ fromMs, toMs }) => fromMs < endMs && (toMs ?? Infinity) >= endMs);
  return html`
    <aside class="readout-step" aria-label="One step">
      <h2>${at === null ? 'Newest step' : held ? 'Held step' : 'At the cursor'}</h2>
      <p>${formatTime(step.atMs)} UTC</p>
      <p>${scoreText(step)}</p>
      ${alerts.map(
        ({ id, kind, state }) => html`<p><a href=${hashOf(['alerts', id])}>Alert: ${kind}, ${state}</a></p>`,
      )}
      ${featureTable(data, step)} ${neighbours(index, data.steps.length, hold)}
      ${
        held
          ? html`${part(StepReason, { detector, entity, atMs: step.atMs })}
              <button type="button" onClick=${() => hold(null)}>Let go of this step</button>`
          : html`<button type="button" onClick=${() => hold(index)}>Why did it (not) fire here?</button>`
      }
    </aside>
  `;
}

/** Holds the step before or after, for who points at nothing. */
function neighbours(index: number, count: number, hold: ReadoutProps['hold']): VNode {
  return html`
    <p class="actions">
      <button type="button" disabled=${index === 0} onClick=${() => hold(index - 1)}>← Step before</button>
      <button type="button" disabled=${index + 1 >= count} onClick=${() => hold(index + 1)}>
        Step after →
      </button>
    </p>
  `;
}

function featureTable({ features }: EntitySteps, step: EntityStep): VNode {
  const { expected, share } = step;
  const order = features.map((_, index) => index).sort((a, b) => (share?.[b] ?? 0) - (share?.[a] ?? 0));
  return html`
    <table>
      <thead>
        <tr>
          <th scope="col">Feature</th>
          <th scope="col" class="number">Actual</th>
          ${expected !== undefined && html`<th scope="col" class="number">Expected</th>`}
          ${share !== undefined && html`<th scope="col" class="number">Part</th>`}
        </tr>
      </thead>
      <tbody>
        ${order.map((index) => {
          const { feature, unit } = features[index] ?? { feature: '', unit: '' };
          const part = share?.[index] ?? null;
          return html`
            <tr key=${feature}>
              <th scope="row">${feature}</th>
              ${seenCell(step, index, unit)}
              ${expected !== undefined && html`<td class="number">${formatValue(expected[index] ?? null, unit)}</td>`}
              ${share !== undefined && html`<td class="number">${part === null ? '–' : formatShare(part)}</td>`}
            </tr>
          `;
        })}
      </tbody>
    </table>
  `;
}

/** What was seen, marked where it lies outside of what is usual. */
function seenCell({ seen, low, high }: EntityStep, index: number, unit: string): VNode {
  const value = seen[index] ?? null;
  const [least, most] = [low?.[index] ?? null, high?.[index] ?? null];
  const isOutside = value !== null && ((least !== null && value < least) || (most !== null && value > most));
  const usual = least === null || most === null ? null : [least, most].map((end) => formatValue(end, unit));
  return html`<td
    class=${isOutside ? 'number over' : 'number'}
    title=${usual === null ? undefined : `usual: ${usual.join(' to ')}`}
  >
    ${formatValue(value, unit)}${isOutside && html`<span class="unseen"> outside of what is usual</span>`}
  </td>`;
}

function scoreText({ score, over }: EntityStep): string {
  if (score === null) return 'Not scored: after a gap or before the first model.';
  if (score < 1) return `Score ${formatScore(score)}, below the threshold (1).`;
  return over
    ? `Score ${formatScore(score)}, over the threshold (1).`
    : `Score ${formatScore(score)}, over the threshold (1), but this step itself is usual: it does not count towards an alert.`;
}
