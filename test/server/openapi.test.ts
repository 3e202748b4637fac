import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, test } from 'vitest';
import { isConsolePath } from '../../src/server/console-routes.ts';
import { apiDocument, emptyServer } from '../generate/api-document.ts';

const document = await apiDocument();

const described = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    call: `${method.toUpperCase()} ${path}`,
    path,
    operation,
  })),
);

/** The routes that fastify has, as `GET /api/v1/alerts/{id}`; it draws them as a tree. */
async function registered(): Promise<string[]> {
  const server = emptyServer();
  await server.ready();
  const above: string[] = [];
  const routes = server
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .flatMap((line) => {
      const [, indent = '', part = '', methods = ''] = /^([│ ]*[└├]── )(\S+) \(([^)]*)\)$/.exec(line) ?? [];
      const depth = indent.length / 4;
      above.splice(depth - 1, Infinity, part);
      const url = above.slice(0, depth).join('').replace(/^\/\//, '/');
      return methods.split(', ').map((method) => ({ method, url }));
    });
  await server.close();
  return routes
    .filter(({ method, url }) => method !== '' && method !== 'HEAD' && !isConsolePath(url) && url !== '/*')
    .map(({ method, url }) => `${method} ${url.replaceAll(/:(\w+)/g, '{$1}')}`);
}

test('every route is described, and every description is of a route', async () => {
  const routes = await registered();
  expect(routes).toContain('POST /api/v1/detectors/{name}/train/cancel');
  expect(described.map(({ call }) => call).sort()).toEqual(routes.sort());
});

test('the document is OpenAPI 3.1', async () => {
  const validator = new Validator();
  expect(await validator.validate({ ...structuredClone(document) })).toEqual({ valid: true });
  expect(validator.version).toBe('3.1');
});

test.each(described)(
  '$call names each part of its path, has an example of it, and a name of its own',
  ({ path, operation }) => {
    const inPath = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
    const wanted = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    expect(inPath.map(({ name }) => name)).toEqual(wanted);
    const needed = (operation.parameters ?? []).filter(({ required }) => required);
    expect(needed.filter(({ example }) => example === undefined)).toEqual([]);
    const same = described.filter((other) => other.operation.operationId === operation.operationId);
    expect(same).toHaveLength(1);
  },
);

test('every shape that is referred to is there, and each one is referred to', () => {
  const text = JSON.stringify(document);
  const named = [...text.matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name = '']) => name);
  expect([...new Set(named)].sort()).toEqual(Object.keys(document.components.schemas).sort());
});
