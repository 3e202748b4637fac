import type { FastifyInstance, FastifyServerOptions } from 'fastify';

type FaultFormatter = NonNullable<FastifyServerOptions['schemaErrorFormatter']>;

const nothing = { type: ['object', 'null'], additionalProperties: false, properties: {} };

/** Fastify's options by which a key that a schema does not know is refused by name. By default it is dropped: a mistyped `entity` would then mute everything. */
export const strictRequests = {
  ajv: { customOptions: { removeAdditional: false, verbose: true } },
  schemaErrorFormatter: faultOf,
} satisfies FastifyServerOptions;

/** Routes of the API that are added from now on and say nothing of a query or a body take none. */
export function refuseUnasked(server: FastifyInstance): void {
  server.addHook('onRoute', (route) => {
    if (!route.url.startsWith('/api/v1/')) return;
    const takesBody = [route.method].flat().includes('POST');
    route.schema = { querystring: nothing, ...(takesBody ? { body: nothing } : {}), ...route.schema };
  });
}

function faultOf(...[errors, where]: Parameters<FaultFormatter>): Error {
  const texts = errors.map((error) => {
    const { keyword, params, instancePath, message = 'is not valid' } = error;
    if (keyword !== 'additionalProperties') return `${where}${instancePath} ${message}`;
    const known = knownKeys(error);
    const hint = known.length === 0 ? 'it takes nothing' : `there are ${known.join(', ')}`;
    return `${where} has no ${JSON.stringify(params['additionalProperty'])}; ${hint}`;
  });
  return new Error(texts.join(', '));
}

function knownKeys(error: object): string[] {
  if (!('parentSchema' in error)) return [];
  const { properties = {} } = error.parentSchema as {
    readonly properties?: Readonly<Record<string, unknown>>;
  };
  return Object.keys(properties);
}
