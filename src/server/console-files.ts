import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';

/** One file of the console, ready to be sent. */
export interface ConsoleFile {
  readonly type: string;
  readonly body: Buffer;
  readonly gzipped: Buffer;
}

/** The browser's side, read once. */
export interface ConsoleFiles {
  readonly page: ConsoleFile;
  /** Of the page: allows only what this build has. */
  readonly contentSecurityPolicy: string;
  /** All but the page by path, as `/console/<hash of all of them>/main.js`: such an address never changes its content. */
  readonly assets: ReadonlyMap<string, ConsoleFile>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const PAGE = 'index.html';
/** Packages that modules import by name, and where the build puts them. */
const PACKAGES: Readonly<Record<string, string>> = {
  preact: 'vendor/preact.js',
  'preact/hooks': 'vendor/preact-hooks.js',
  htm: 'vendor/htm.js',
  uplot: 'vendor/uplot.js',
};

/** Reads what `npm run build` left in `directory`; `null` if nothing is there, as when strayd runs from its sources. */
export function readConsoleFiles(directory: string): ConsoleFiles | null {
  const paths = listFiles(directory);
  if (!paths.includes(PAGE) || !paths.includes('main.js')) return null;
  const contents = paths
    .filter((path) => path !== PAGE && TYPES[extname(path)] !== undefined)
    .map((path) => ({ path, body: readFileSync(join(directory, path)) }));
  const hash = createHash('sha256');
  for (const { path, body } of contents) hash.update(path).update('\0').update(body);
  const base = `/console/${hash.digest('hex').slice(0, 16)}`;

  const imports = Object.fromEntries(Object.entries(PACKAGES).map(([name, to]) => [name, `${base}/${to}`]));
  const importMap = JSON.stringify({ imports });
  // Without a bundler the browser would find out about one module after the other.
  const preloads = contents
    .filter(({ path }) => path.endsWith('.js'))
    .map(({ path }) => `<link rel="modulepreload" href="${base}/${path}">`)
    .join('');
  const page = readFileSync(join(directory, PAGE), 'utf8')
    .replace('<!-- modules -->', `<script type="importmap">${importMap}</script>${preloads}`)
    .replaceAll('{{base}}', base);
  return {
    page: fileOf('text/html; charset=utf-8', Buffer.from(page)),
    contentSecurityPolicy: policyOf(importMap),
    assets: new Map(
      contents.map(({ path, body }) => [`${base}/${path}`, fileOf(TYPES[extname(path)] ?? '', body)]),
    ),
  };
}

/** The import map is data, but counts as an inline script: it alone is let in, by its hash. */
function policyOf(importMap: string): string {
  const hash = createHash('sha256').update(importMap).digest('base64');
  return [
    "default-src 'none'",
    `script-src 'self' 'sha256-${hash}'`,
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function fileOf(type: string, body: Buffer): ConsoleFile {
  return { type, body, gzipped: gzipSync(body) };
}

function listFiles(directory: string): string[] {
  try {
    return readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
