import type { TemplateConfig } from '../config/config.ts';
import { parseTextTemplate } from '../core/text-template.ts';
import type { AlertTemplate } from '../delivery/alert-template.ts';

/** Parses a channel's templates, which `check` has found good; `null` if it has none. */
export function compileTemplate(config: TemplateConfig | null): AlertTemplate | null {
  if (config === null) return null;
  const compile = (text: string | null): AlertTemplate['title'] =>
    text === null ? null : parseTextTemplate(text).render;
  return { title: compile(config.title), text: compile(config.text) };
}
