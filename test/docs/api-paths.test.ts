import { expect, test } from 'vitest';
import { apiDocument } from '../generate/api-document.ts';
import { pages } from './pages.ts';

const routes = Object.keys((await apiDocument()).paths).filter((path) => path.startsWith('/api/v1/'));
const patterns = routes.map((route) => new RegExp(`^${route.replaceAll(/\{\w+\}/g, '[^/]+')}$`));

test('there are routes to hold the pages against', () => {
  expect(routes).toContain('/api/v1/alerts/{id}/accept');
});

test.each(pages())('every path of the API that $path names is one that strayd serves', ({ text }) => {
  // Prometheus has its own under the same path.
  const named = [...text.matchAll(/(\/api\/v1\/(?!query)[\w./:<>{}$-]*[\w>}])/g)].map(
    ([, path = '']) => path,
  );
  expect(named.filter((path) => !patterns.some((pattern) => pattern.test(path)))).toEqual([]);
});
