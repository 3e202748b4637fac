import type { VNode } from 'preact';
import type { TrainingRunView } from '../views/model-view.ts';
import { formatSpan, formatTime } from './format.ts';
import { html } from './html.ts';

/** How a detector's trainings ended, newest first. */
export function trainingRunTable(runs: readonly TrainingRunView[]): VNode {
  return html`
    <h3>Trainings</h3>
    <div class="wide" tabindex="0" role="group" aria-label="Trainings">
      <table>
        <thead>
          <tr>
            <th scope="col">Began (UTC)</th>
            <th scope="col">Took</th>
            <th scope="col">Outcome</th>
            <th scope="col"></th>
          </tr>
        </thead>
        <tbody>
          ${runs.map(
            ({ started, ended, outcome, detail }) => html`
              <tr>
                <td>${formatTime(started)}</td>
                <td>${formatSpan(Date.parse(ended) - Date.parse(started))}</td>
                <td><span class=${`chip ${outcome}`}>${outcome.replaceAll('_', ' ')}</span></td>
                <td>${detail}</td>
              </tr>
            `,
          )}
        </tbody>
      </table>
    </div>
  `;
}
