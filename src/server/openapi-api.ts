import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { openApiDocument, type DescribedRoute, type OpenApiDocument } from './openapi/openapi-document.ts';
import { described } from './openapi/operation.ts';

/**
 * Serves the description of all routes that are added from now on, its own among them. Answers which methods a described path
 * takes; none if it is not one.
 */
export function registerOpenApi(server: FastifyInstance): (url: string) => readonly string[] {
  const routes: DescribedRoute[] = [];
  let document: OpenApiDocument | null = null;
  server.addHook('onRoute', ({ method, url, config }) => {
    const operation = config?.operation;
    // Fastify answers HEAD as it does GET: nothing of its own to be said.
    if (operation !== undefined && typeof method === 'string' && method !== 'HEAD') {
      routes.push({ method, url, operation });
    }
  });
  server.get(
    '/api/v1/openapi.json',
    described({
      id: 'openApi',
      tag: 'service',
      summary: 'This description',
      answers: [{ text: 'OpenAPI 3.1.', schema: z.looseObject({ openapi: z.literal('3.1.0') }) }],
    }),
    () => (document ??= openApiDocument(routes)),
  );
  return (url) => {
    const [path = ''] = url.split('?');
    const fitting = routes.filter((route) =>
      new RegExp(`^${route.url.replaceAll(/:\w+/g, '[^/]+')}$`).test(path),
    );
    return fitting.map(({ method }) => method);
  };
}
