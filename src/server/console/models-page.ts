import type { VNode } from 'preact';
import type { TrainingRunView } from '../views/model-view.ts';
import type { DaemonState } from './daemon-state.ts';
import { formatTime } from './format.ts';
import { html, part } from './html.ts';
import { ModelCard } from './model-card.ts';
import { notice, outcomeOf, trouble } from './notice.ts';
import { hashOf, type Route } from './route.ts';
import type { ModelView } from './shapes.ts';
import { trainingRunTable } from './training-run-table.ts';
import { useAction } from './use-action.ts';
import { useAnswer } from './use-answer.ts';
import { useState } from 'preact/hooks';

/** Every detector's kept models, the chosen one's card, and how trainings ended. */
export function ModelsPage({
  daemon,
  route,
}: {
  readonly daemon: DaemonState;
  readonly route: Route;
}): VNode {
  const [version, setVersion] = useState(0);
  const changed = version + daemon.alertChanges;
  const { data, error } = useAnswer<{ models: readonly ModelView[] }>('/api/v1/models', changed);
  const runs = useAnswer<{ runs: readonly TrainingRunView[] }>('/api/v1/training-runs?limit=50', changed);
  const wanted = route.path[1] ?? null;
  const read = (): void => setVersion(version + 1);
  return html`
    <h1>Models</h1>
    ${error !== null && trouble(error)}
    ${data === null && error === null && html`<p class="quiet">Reading …</p>`}
    ${
      data !== null &&
      daemon.status?.detectors.map(({ detector, training }) =>
        part(DetectorModels, {
          key: detector,
          detector,
          training,
          models: data.models.filter((model) => model.detector === detector),
          runs: runs.data?.runs.filter((run) => run.detector === detector) ?? [],
          wanted,
          read,
          daemon,
        }),
      )
    }
  `;
}

interface DetectorModelsProps {
  readonly detector: string;
  readonly training: string;
  readonly models: readonly ModelView[];
  readonly runs: readonly TrainingRunView[];
  readonly wanted: string | null;
  readonly read: () => void;
  readonly daemon: DaemonState;
}

function DetectorModels({
  detector,
  training,
  models,
  runs,
  wanted,
  read,
  daemon,
}: DetectorModelsProps): VNode {
  const chosen =
    models.find(({ version }) => version === wanted) ??
    models.find(({ status }) => status === 'active') ??
    models[0];
  const action = useAction();
  const train = (): void =>
    action.run({
      path: `/api/v1/detectors/${encodeURIComponent(detector)}/train`,
      done: 'Training has started; its outcome appears below.',
      then: () => void daemon.look(),
    });
  return html`
    <section class="models" aria-label=${`Models of ${detector}`}>
      <header>
        <h2>${detector}</h2>
        <button type="button" disabled=${action.busy || training === 'running'} onClick=${train}>
          ${training === 'running' ? 'Training …' : 'Train now'}
        </button>
        ${outcomeOf(action)}
      </header>
      ${
        models.length === 0 &&
        notice(
          'No model yet.',
          'The first is trained by itself once there is enough history; the first page tells how much is there.',
        )
      }
      ${
        chosen !== undefined &&
        html`
          <div class="versions">
            <nav aria-label=${`Versions of ${detector}`}>
              <ol>
                ${models.map(
                  ({ version, status, created }) => html`
                    <li key=${version}>
                      <a
                        href=${hashOf(['models', version])}
                        aria-current=${version === chosen.version ? 'true' : undefined}
                      >
                        <code>${version}</code> <span class=${`chip ${status}`}>${status}</span>
                        <span class="quiet">${formatTime(created)}</span>
                      </a>
                    </li>
                  `,
                )}
              </ol>
            </nav>
            ${part(ModelCard, { key: chosen.version, model: chosen, read })}
          </div>
        `
      }
      ${runs.length > 0 && trainingRunTable(runs)}
    </section>
  `;
}
