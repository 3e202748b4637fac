import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConsoleFiles } from '../../src/server/console-files.ts';

describe('the files of the console', () => {
  let directory: string;
  const write = (path: string, text: string): void => writeFileSync(join(directory, path), text);
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'strayd-console-'));
    mkdirSync(join(directory, 'vendor'));
    write('index.html', '<head><!-- modules --><script src="{{base}}/main.js"></script></head>');
    write('main.js', 'export {};');
    write('vendor/preact.js', 'export {};');
    write('vendor/preact.LICENSE', 'MIT');
    write('notes.txt', 'not for browsers');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('are served under addresses that change with their content', () => {
    const before = [...(readConsoleFiles(directory)?.assets.keys() ?? [])];
    expect(before).toEqual([
      expect.stringMatching(/^\/console\/[0-9a-f]{16}\/main\.js$/),
      expect.stringMatching(/^\/console\/[0-9a-f]{16}\/vendor\/preact\.js$/),
    ]);
    write('main.js', 'export const changed = true;');
    const after = [...(readConsoleFiles(directory)?.assets.keys() ?? [])];
    expect(after).toHaveLength(2);
    expect(after).not.toContain(before[0]);
  });

  it('have a page that names them, maps package names to them, and allows no other script', () => {
    const files = readConsoleFiles(directory);
    const page = gunzipSync(files?.page.gzipped ?? Buffer.alloc(0)).toString();
    const main = [...(files?.assets.keys() ?? [])][0] ?? '';
    expect(page).toContain(`<script src="${main}">`);
    expect(page).toContain(`<link rel="modulepreload" href="${main}">`);
    expect(page).toContain(`"preact":"${main.replace('main.js', 'vendor/preact.js')}"`);
    expect(files?.contentSecurityPolicy).toMatch(
      /^default-src 'none'; script-src 'self' 'sha256-[\w+/=]+'; style-src 'self';/,
    );
    expect(files?.contentSecurityPolicy).not.toMatch(/unsafe/);
  });

  it('are not there where nothing is built', () => {
    expect(readConsoleFiles(join(directory, 'nowhere'))).toBeNull();
    rmSync(join(directory, 'main.js'));
    expect(readConsoleFiles(directory)).toBeNull();
  });
});
