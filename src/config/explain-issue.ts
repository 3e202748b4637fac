import type { z } from 'zod';
import { mapSchema, schemaAt } from './json-schema.ts';
import type { JsonSchema } from './json-schema.ts';
import { nearestName } from './nearest-name.ts';
import type { ConfigPath, ConfigProblem } from './problem.ts';
import { shownValue } from './shown-value.ts';
import type { YamlSource } from './yaml-source.ts';

type Issue = z.core.$ZodIssue;

/** Turns one of zod's issues into problems with a place in the file, the value seen and what to write instead. */
export function explainIssue(issue: Issue, source: YamlSource, document: unknown): ConfigProblem[] {
  const path = issue.path.filter((part) => typeof part !== 'symbol');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => source.atKey(path, key, unknownKey(key, path, document)));
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const inner = nearestBranch(issue.errors);
    return inner.flatMap((part) =>
      explainIssue({ ...part, path: [...issue.path, ...part.path] }, source, document),
    );
  }
  const schema = schemaAt(path, document);
  const written = source.written(path);
  const name = path.at(-1);
  if (written === undefined && typeof name === 'string') {
    return [source.at(path.slice(0, -1), `"${name}" is missing: ${wanted(schema)}`)];
  }
  if (written === undefined)
    return [source.at(path, 'the file is empty; copy deploy/strayd.example.yaml for a start')];
  if (written === null) return [source.at(path, `"${String(name)}" is empty: ${wanted(schema)}`)];
  const seen =
    schema?.writeOnly === true
      ? typeof written === 'string'
        ? '<secret>'
        : '<secret>; put it in quotes'
      : shownValue(written);
  return [source.at(path, `${expectation(issue, schema)}, got ${seen}${didYouMean(issue, written)}`)];
}

/** Of a union's branches, the one that got furthest into the value. */
function nearestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] {
  const depth = (issues: readonly Issue[]): number =>
    Math.max(...issues.map((issue) => issue.path.length + (issue.code === 'invalid_type' ? 0 : 1)));
  return branches.reduce((best, branch) => (depth(branch) > depth(best) ? branch : best));
}

function unknownKey(key: string, path: ConfigPath, document: unknown): string {
  const schema = schemaAt(path, document);
  const value = path.reduce<unknown>(
    (inner, part) => (inner as Record<string | number, unknown>)[part],
    document,
  );
  const known = Object.keys((schema && mapSchema(schema, value)?.properties) ?? {});
  const near = nearestName(key, known);
  return `unknown key "${key}"${near === null ? `; known here: ${known.join(', ')}` : `; did you mean "${near}"?`}`;
}

function expectation(issue: Issue, schema: JsonSchema | null): string {
  switch (issue.code) {
    case 'custom':
      return issue.message;
    case 'invalid_value':
      return `expected ${oneOf(issue.values)}`;
    case 'invalid_union':
      return `expected ${oneOf(discriminatorsOf(issue))}`;
    case 'too_small':
      if (issue.origin === 'array') return `expected at least ${issue.minimum} in the list${example(schema)}`;
      if (issue.origin === 'string') return `expected text${example(schema)}`;
      return `expected a number ${issue.inclusive === false ? 'above' : 'of at least'} ${issue.minimum}`;
    case 'too_big':
      return `expected at most ${issue.maximum}${issue.origin === 'array' ? ' in the list' : ''}`;
    case 'invalid_type':
      return `expected ${KINDS[issue.expected] ?? issue.expected}${example(schema)}`;
    case 'invalid_format':
    case 'not_multiple_of':
    case 'unrecognized_keys':
    case 'invalid_key':
    case 'invalid_element':
      return issue.message;
  }
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys',
};

/** The values that `type` may have; zod sets them on an issue of a discriminated union, but its types leave them out. */
function discriminatorsOf(issue: Issue): readonly unknown[] {
  return 'options' in issue && Array.isArray(issue.options) ? issue.options : [];
}

function oneOf(values: readonly unknown[]): string {
  return values.length === 1 ? String(values[0]) : `one of ${values.map(String).join(', ')}`;
}

function didYouMean(issue: Issue, written: unknown): string {
  const known =
    issue.code === 'invalid_value'
      ? issue.values
      : issue.code === 'invalid_union'
        ? discriminatorsOf(issue)
        : null;
  const near = known && typeof written === 'string' ? nearestName(written, known.map(String)) : null;
  return near === null ? '' : `; did you mean "${near}"?`;
}

function example(schema: JsonSchema | null): string {
  const shown = schema?.examples?.[0] ?? schema?.default ?? schema?.anyOf?.[0]?.default;
  const tells = shown !== undefined && typeof shown !== 'boolean' && flow(shown) !== '{}';
  return !tells ? '' : `, such as ${typeof shown === 'string' ? `"${shown}"` : flow(shown)}`;
}

/** What a missing key is for, and how it looks. */
function wanted(schema: JsonSchema | null): string {
  const described = schema?.description?.replace(/\.$/, '') ?? 'write a value';
  return `${described.charAt(0).toLowerCase()}${described.slice(1)}${example(schema)}`;
}

/** A value in YAML's flow style, for one line. */
function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  return `{${Object.entries(value)
    .map(([key, inner]) => `${key}: ${flow(inner)}`)
    .join(', ')}}`;
}
