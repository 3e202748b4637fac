import type { TemplateVariables } from '../core/template-variables.ts';
import type { Alert } from '../pipeline/effects.ts';
import { oneLine } from './one-line.ts';
import { alertMessage, templateVariables, type AlertFacts, type AlertMessage } from './alert-message.ts';

type Render = (variables: TemplateVariables) => string;

/** A channel's own words, parsed; `null`: strayd's are kept. Rendering throws if a variable is missing or a bound is reached. */
export interface AlertTemplate {
  readonly title: Render | null;
  readonly text: Render | null;
}

/** Where a channel's words come from, and who is told that they failed. */
export interface TemplateUse {
  readonly template: AlertTemplate | null;
  readonly failed: (fault: string) => void;
}

/** A level channel's message of an alert. */
export function templatedMessage(alert: Alert, facts: AlertFacts, use: TemplateUse): AlertMessage {
  const message = alertMessage(alert, facts);
  return renderTemplate(message, () => templateVariables(alert, message, facts), use);
}

/** A message in a channel's own words. A template that fails leaves strayd's words and tells `failed` why, so that nothing is lost. */
export function renderTemplate(
  message: AlertMessage,
  makeVariables: () => TemplateVariables,
  { template, failed }: TemplateUse,
): AlertMessage {
  if (template === null) return message;
  const variables = makeVariables();
  const render = (work: Render | null): string | null => {
    try {
      const made = work === null ? '' : work(variables).trim();
      return made === '' ? null : made;
    } catch (error) {
      failed(error instanceof Error ? error.message : String(error));
      return null;
    }
  };
  const ownTitle = oneLine(render(template.title) ?? '');
  const title = ownTitle === '' ? message.title : ownTitle;
  const text = render(template.text);
  return { ...message, title, lines: text === null ? message.lines : text.split('\n') };
}
