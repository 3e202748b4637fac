import { Liquid, LiquidError } from 'liquidjs';
import type { Template } from 'liquidjs';

/** A template that can't be parsed or rendered; line and column count from 1, in the template's own text. */
export class TemplateError extends Error {
  readonly line: number;
  readonly column: number;

  constructor(message: string, line: number, column: number) {
    super(message);
    this.name = 'TemplateError';
    this.line = line;
    this.column = column;
  }
}

/** A variable as a template names it: `['features', 0, 'name']`. */
export interface NamedVariable {
  readonly path: readonly (string | number)[];
  readonly line: number;
  readonly column: number;
}

/** A parsed Liquid template. */
export interface TextTemplate {
  /** All that it takes from outside, each where it stands; names made within (`for`, `assign`) are left out. */
  readonly variables: readonly NamedVariable[];
  /** The text, at most 10 000 characters; throws a {@link TemplateError} for unknown variables and when a bound is reached. */
  render(variables: object): string;
}

/** Longest text that a template may make, in UTF-16 units. */
const longestText = 10_000;

/** What is left of Liquid: nothing that reads files, the clock or chance, and nothing whose memory goes uncounted (capture). */
const tags = ['assign', 'break', 'case', 'comment', 'continue', 'for', 'if', 'raw', 'unless', '#'];
const filters = [
  'abs at_least at_most ceil divided_by floor minus modulo plus round times',
  'append capitalize default downcase escape escape_once lstrip newline_to_br prepend remove remove_first',
  'replace replace_first rstrip slice split squish strip strip_html strip_newlines truncate truncatewords upcase',
  'compact concat first join last map reverse size sort sort_natural sum uniq where json',
]
  .join(' ')
  .split(' ');

const engine = new Liquid({
  strictVariables: true,
  strictFilters: true,
  ownPropertyOnly: true,
  parseLimit: 10_000,
  renderLimit: 100,
  memoryLimit: 100_000,
});
keepOnly(engine.tags, tags);
keepOnly(engine.filters, filters);

function keepOnly(map: Record<string, unknown>, names: readonly string[]): void {
  for (const name of Object.keys(map)) if (!names.includes(name)) delete map[name];
}

/** Parses a Liquid template (https://liquidjs.com) of at most 10 000 characters; throws a {@link TemplateError}. */
export function parseTextTemplate(text: string): TextTemplate {
  const parsed = attempt(() => engine.parse(text));
  return {
    variables: attempt(() => variablesOf(parsed)),
    render: (variables) => {
      const made = attempt(() => String(engine.renderSync(parsed, variables)));
      if (made.length <= longestText) return made;
      throw new TemplateError(`it makes a text of more than ${longestText} characters`, 1, 1);
    },
  };
}

function variablesOf(parsed: Template[]): NamedVariable[] {
  const { globals } = engine.analyzeSync(parsed, { partials: false });
  return Object.values(globals)
    .flat()
    .map(({ segments, location }) => ({
      // A segment that is itself a variable (`labels[name]`) can be anything.
      path: pathBefore(segments, (segment) => typeof segment === 'object'),
      line: location.row,
      column: location.col,
    }));
}

function pathBefore(segments: readonly unknown[], isEnd: (segment: unknown) => boolean): (string | number)[] {
  const end = segments.findIndex(isEnd);
  return segments.slice(0, end < 0 ? segments.length : end) as (string | number)[];
}

function attempt<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    // Its limits, and JavaScript's own, are no errors of Liquid and have no place.
    if (!LiquidError.is(error)) {
      throw new TemplateError(error instanceof Error ? error.message : String(error), 1, 1);
    }
    const [line = 1, column = 1] = error.token.getPosition();
    throw new TemplateError(error.message.replace(/, line:\d+, col:\d+$/, ''), line, column);
  }
}
