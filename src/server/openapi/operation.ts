import type { FastifySchema } from 'fastify';
import type { z } from 'zod';
import { requestSchema } from './json-schema.ts';

/** The parts of the API, in the order of the reference. */
export const TAGS = {
  alerts: 'Alerts and incidents, what people say of them, and why one did or did not fire.',
  quiet: 'Times at which nobody is to be told.',
  deliveries: 'What goes to the channels.',
  models: 'What is learned, its files and its trainings.',
  watching: 'What is seen just now.',
  configuration: 'The running configuration, and trying another one.',
  service: 'Whether strayd itself is well, and what it tells of the API.',
} as const;

/** What is answered if all goes well. */
export interface Answer {
  /** 200 if nothing else is said. */
  readonly status?: number;
  readonly text: string;
  /** JSON of that shape; absent: see `type`. */
  readonly schema?: z.ZodType;
  /** Of an answer that is no JSON; absent without `schema`: no body. */
  readonly type?: string;
}

/** What the OpenAPI document says of a route beside its method and path. */
export interface Operation {
  /** Name of the call in generated clients. */
  readonly id: string;
  readonly tag: keyof typeof TAGS;
  readonly summary: string;
  /** What else there is to know. */
  readonly text?: string;
  /** One parameter in the path a key. */
  readonly path?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** Of a body that is no JSON; no schema holds it then. */
  readonly bodyType?: string;
  /** The first one is the usual one. */
  readonly answers: readonly [Answer, ...Answer[]];
  /** When it refuses, by status, beside what every route refuses. */
  readonly problems?: Readonly<Record<number, string>>;
  /** Asked for without a token too. */
  readonly open?: boolean;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What is written of the route; absent: it is no part of the API. */
    readonly operation?: Operation;
  }
}

/** A route's options from its description: what it takes is checked by it, and the document is made of it. */
export function described(operation: Operation): { schema: FastifySchema; config: { operation: Operation } } {
  const { query, body, bodyType } = operation;
  return {
    schema: {
      ...(query === undefined ? {} : { querystring: requestSchema(query) }),
      ...(body === undefined ? {} : { body: requestSchema(body) }),
      // Bytes, which no schema describes.
      ...(bodyType === undefined ? {} : { body: {} }),
    },
    config: { operation },
  };
}
