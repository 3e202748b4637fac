import type { ComponentChildren, VNode } from 'preact';
import { html } from './html.ts';
import type { Action } from './use-action.ts';

/** Says that something is read, failed, or is not there, in words; `title` is the short form. */
export function notice(title: string, text: ComponentChildren = ''): VNode {
  return html`<div class="notice"><strong>${title}</strong> ${text}</div>`;
}

/** Something went wrong; read out at once by screen readers. */
export function trouble(text: string): VNode {
  return html`<div class="notice trouble" role="alert">${text}</div>`;
}

/** What came of the last change. */
export function outcomeOf({ outcome, failed }: Action): VNode {
  return html`<span class=${failed ? 'outcome failed' : 'outcome'} role="status">${outcome}</span>`;
}
