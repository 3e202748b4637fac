import type { FastifyServerOptions } from 'fastify';

type FaultFormatter = NonNullable<FastifyServerOptions['schemaErrorFormatter']>;
type Fault = Parameters<FaultFormatter>[0][number];

/** What a schema says of one value, beside what it says of the error. */
interface Wanted {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
}

const MOST_SHOWN = 100;

/** What is wrong with a query or a body, in words: what was sent, and what to send instead. Needs the validator's `verbose`. */
export function requestFault(...[errors, where]: Parameters<FaultFormatter>): Error {
  const place = where === 'querystring' ? 'query' : where;
  return new Error(errors.map((error) => textOf(error, place)).join(' '));
}

function textOf(error: Fault, place: string): string {
  const { keyword, params, instancePath, message = 'is not valid' } = error;
  const { data, parentSchema: wanted = {} } = error as Fault & { data?: unknown; parentSchema?: Wanted };
  const keys = Object.keys(wanted.properties ?? {}).join(', ');
  if (keyword === 'additionalProperties') {
    const hint = keys === '' ? 'it takes nothing' : `there are ${keys}`;
    return `The ${place} has no ${JSON.stringify(params['additionalProperty'])}; ${hint}.`;
  }
  if (keyword === 'required') {
    return `The ${place} lacks ${JSON.stringify(params['missingProperty'])}; it takes ${keys}.`;
  }
  if (instancePath === '') {
    return keys === '' ? `The ${place} ${message}.` : `Send a JSON object with ${keys} as the ${place}.`;
  }
  const key = JSON.stringify(instancePath.slice(1));
  return `${key} in the ${place} is ${shown(data)}; send ${wantedText(wanted, message)}.`;
}

function wantedText({ type, enum: values, format, ...bounds }: Wanted, message: string): string {
  if (values !== undefined) return `one of ${values.map(String).join(', ')}`;
  if (type === 'integer') return `a whole number from ${bounds.minimum ?? 0} to ${bounds.maximum ?? 'any'}`;
  if (format === 'date-time') return 'a time as 2026-11-24T03:00:00Z';
  if (type === 'boolean') return 'true or false';
  if (type === 'string' && bounds.maxLength !== undefined) {
    return `a text of ${bounds.minLength ?? 0} to ${bounds.maxLength} characters`;
  }
  return type === 'string' ? 'one text that is not empty' : `what ${message.replace(/^must /, 'may ')}`;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}
