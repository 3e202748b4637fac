import { sampleVariables } from '../core/template-variables.ts';
import { parseTextTemplate, TemplateError } from '../core/text-template.ts';
import { nearestName } from './nearest-name.ts';

/**
 * What is wrong with a channel's template, `null` if nothing: it doesn't parse, it names a variable that there isn't, or
 * it fails on an alert as they may come. `labels` are the entity labels that alerts can have.
 */
export function templateFault(text: string, labels: readonly string[]): TemplateError | null {
  const samples = sampleVariables(Object.fromEntries(labels.map((label) => [label, 'db-3'])));
  try {
    const template = parseTextTemplate(text);
    for (const { path, line, column } of template.variables) {
      const fault = unknownPart(samples[0], path);
      if (fault !== null) return new TemplateError(fault, line, column);
    }
    for (const sample of samples) template.render(sample);
    return null;
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const message = `${error.message}; docs/channels.md lists the tags, filters and variables that there are`;
    return new TemplateError(message, error.line, error.column);
  }
}

/** Properties that Liquid gives to every list. */
const ofLists = ['first', 'last', 'size'];

function unknownPart(sample: unknown, path: readonly (string | number)[]): string | null {
  let value = sample;
  for (const [depth, part] of path.entries()) {
    if (Array.isArray(value) && (typeof part === 'number' || ofLists.includes(part))) {
      if (part === 'size') return null;
      value = (value as readonly unknown[])[0];
      continue;
    }
    if (typeof value === 'string' && part === 'size') return null;
    const known = typeof value === 'object' && value !== null ? Object.keys(value) : [];
    if (!known.includes(String(part))) {
      const near = nearestName(String(part), known);
      const hint =
        near !== null ? `did you mean "${near}"?` : known.length > 0 ? `known here: ${known.join(', ')}` : '';
      return `there is no variable "${path.slice(0, depth + 1).join('.')}"${hint === '' ? '' : `; ${hint}`}`;
    }
    value = (value as Record<string, unknown>)[part];
  }
  return null;
}
