import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { pages } from './pages.ts';

const top = resolve(import.meta.dirname, '../..');

/** A heading's anchor as GitHub makes it. */
function anchor(heading: string): string {
  return heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-');
}

function anchorsOf(path: string): Set<string> {
  const text = readFileSync(path, 'utf8').replaceAll(/^```[\s\S]*?^```/gm, '');
  return new Set([...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchor(heading)));
}

test.each(pages())('every link of $path leads to a file and a heading that there are', ({ path, text }) => {
  const prose = text.replaceAll(/^```[\s\S]*?^```/gm, '').replaceAll(/(?<!`)`[^`\n]+`/g, '');
  const dead = [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^(https?|mailto):/.test(link))
    .filter((link) => {
      const [file = '', heading] = link.split('#');
      const target = file === '' ? resolve(top, path) : resolve(top, dirname(path), file);
      if (!existsSync(target)) return true;
      return heading !== undefined && !anchorsOf(target).has(heading);
    });
  expect(dead).toEqual([]);
});
