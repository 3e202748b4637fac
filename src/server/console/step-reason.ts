import type { VNode } from 'preact';
import { html } from './html.ts';
import type { StepExplanation } from './shapes.ts';
import { useAnswer } from './use-answer.ts';

/** Why an alert did or did not fire at one step: what had to hold for it, and whether it did. */
export function StepReason(props: {
  readonly detector: string;
  readonly entity: string;
  /** Begin of the step, Unix ms. */
  readonly atMs: number;
}): VNode {
  const { detector, entity, atMs } = props;
  const query = new URLSearchParams({ detector, entity, at: new Date(atMs).toISOString() });
  const { data, error } = useAnswer<StepExplanation>(`/api/v1/explain?${query.toString()}`);
  if (error !== null) return html`<p class="quiet" role="status">${error}</p>`;
  if (data === null) return html`<p class="quiet" role="status">Looking back …</p>`;
  const remarks = data.features.filter(({ text }) => text.remark !== '');
  return html`
    <section class="reason" role="status">
      <h3>Why</h3>
      <p>${data.sentence}</p>
      <ul class="checks">
        ${data.checks.map(
          ({ name, held, detail }) => html`
            <li class=${held === null ? 'unasked' : held ? 'passed' : 'failed'}>
              <strong
                >${name.replaceAll('_', ' ')}: ${held === null ? 'not asked' : held ? 'yes' : 'no'}.</strong
              >${' '}${detail}
            </li>
          `,
        )}
      </ul>
      ${remarks.map(({ feature, text }) => html`<p>${feature}: ${text.remark}</p>`)}
      ${data.notes.map((note) => html`<p class="quiet">${note}</p>`)}
    </section>
  `;
}
