import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { pages } from './pages.ts';

const server = resolve(import.meta.dirname, '../../src/server');
const routes = readdirSync(server)
  .filter((name) => name.endsWith('.ts'))
  .flatMap((name) => [...readFileSync(join(server, name), 'utf8').matchAll(/'(\/api\/v1\/(?!query)[^']*)'/g)])
  .map(([, route = '']) => route);
const patterns = routes.map((route) => new RegExp(`^${route.replaceAll(/:\w+/g, '[^/]+')}$`));

test('there are routes to hold the pages against', () => {
  expect(routes).toContain('/api/v1/alerts/:id/accept');
});

test.each(pages())('every path of the API that $path names is one that strayd serves', ({ text }) => {
  // Prometheus has its own under the same path.
  const named = [...text.matchAll(/(\/api\/v1\/(?!query)[\w./:<>$-]*[\w>])/g)].map(([, path = '']) => path);
  expect(named.filter((path) => !patterns.some((pattern) => pattern.test(path)))).toEqual([]);
});
