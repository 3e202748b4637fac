import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { expect, it } from 'vitest';

const MAIN = resolve(import.meta.dirname, '../../src/cli/main.ts');
/** What a statement loads before the module runs; `import type` loads nothing. */
const STATIC_IMPORT = /^(?:import|export)\s(?!type\s)(?:[^'";]*?\sfrom\s)?'([^']+)'/gm;

function loadedBy(file: string, files = new Set<string>(), packages = new Set<string>()): Set<string> {
  if (files.has(file)) return packages;
  files.add(file);
  for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(STATIC_IMPORT)) {
    if (name.startsWith('.')) loadedBy(resolve(dirname(file), name), files, packages);
    else if (!name.startsWith('node:')) packages.add(name);
  }
  return packages;
}

it('a command loads what it needs when it is called: before that, help and all, the parser alone', () => {
  expect([...loadedBy(MAIN)]).toEqual(['commander']);
});
