import type { VNode } from 'preact';
import { useRef } from 'preact/hooks';
import { formatTime } from './format.ts';
import { html } from './html.ts';
import { outcomeOf } from './notice.ts';
import type { ModelView } from './shapes.ts';
import { useAction } from './use-action.ts';

/** Puts a kept version to use, after a question. */
export function RollbackButton(props: { readonly model: ModelView; readonly read: () => void }): VNode {
  const { model, read } = props;
  const { detector, version, created } = model;
  const dialog = useRef<HTMLDialogElement>(null);
  const action = useAction();
  const rollBack = (): void => {
    dialog.current?.close();
    action.run({
      path: `/api/v1/detectors/${encodeURIComponent(detector)}/rollback`,
      body: { version },
      done: `${version} is in use now.`,
      then: read,
    });
  };
  return html`
    <span class="actions">
      <button type="button" disabled=${action.busy} onClick=${() => dialog.current?.showModal()}>
        Use this version …
      </button>
      ${outcomeOf(action)}
      <dialog ref=${dialog} aria-labelledby=${`rollback-${version}`}>
        <h2 id=${`rollback-${version}`}>Use ${version} for ${detector}?</h2>
        <p>
          The version of ${formatTime(created)} UTC scores from the next step on. The one in use stays kept:
          you can go back to it the same way. The next training may take its place as usual.
        </p>
        <div class="actions">
          <button type="button" class="main" onClick=${rollBack}>Use ${version}</button>
          <button type="button" onClick=${() => dialog.current?.close()}>Cancel</button>
        </div>
      </dialog>
    </span>
  `;
}
