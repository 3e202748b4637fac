import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parse } from 'yaml';
import type { OpenApiDocument } from '../../../src/server/openapi/openapi-document.ts';
import { curlComplaint } from './curl-call.ts';
import type { Words } from './simple-commands.ts';

const top = resolve(import.meta.dirname, '../../..');
const manifest = JSON.parse(readFileSync(join(top, 'package.json'), 'utf8')) as {
  readonly version: string;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
};
const benches = readFileSync(join(top, 'test/bench/main.ts'), 'utf8');

type Check = (words: readonly string[]) => string | null;

/** What is wrong with a program's call as far as the repository can tell: files, scripts, images and keys that it names are there. */
const CHECKS: Readonly<Record<string, Check>> = {
  npm,
  docker: (words) => fileAfter(words, '-f') ?? imageOf(words),
  kubectl: (words) => fileAfter(words, '-f'),
  helm,
  bash: ([file = '']) => missing(file),
  // -m MODE, then what is copied and where to.
  install: (words) => missing(words.filter((word) => !/^(-.*|\d{3})$/.test(word))[0] ?? ''),
  systemctl: (words) =>
    words.at(-1) === 'daemon-reload' ? null : missing(`deploy/systemd/${words.at(-1)}.service`),
  jq: ([filter = '']) => {
    const { status, stderr, error } = spawnSync('jq', ['-n', `def shown: ${filter}; empty`], {
      encoding: 'utf8',
    });
    return error !== undefined || status === 0 ? null : stderr;
  },
  git: ([verb]) => (verb === 'clone' ? null : `git ${verb} is not known to this test`),
};

/** These do what they say: no page can get them wrong. */
const PLAIN = new Set(['cd', 'gzip', 'kill', 'ln', 'pidof', 'source', 'tar', 'cat']);

/** What does not hold of a call that a page shows, `null` if all does. Calls of strayd have a test of their own. */
export function programComplaint([program, ...words]: Words, document: OpenApiDocument): string | null {
  if (basename(program) === 'strayd' || program === 'node' || PLAIN.has(program)) return null;
  if (program === 'curl') return curlComplaint(words, document);
  const check = Object.hasOwn(CHECKS, program) ? CHECKS[program] : undefined;
  return check === undefined ? `${program} has no check: add one to program-complaint.ts` : check(words);
}

function missing(file: string): string | null {
  return existsSync(join(top, file)) ? null : `there is no ${file}`;
}

function fileAfter(words: readonly string[], flag: string): string | null {
  const at = words.indexOf(flag);
  return at < 0 ? null : missing(words[at + 1] ?? '');
}

function imageOf(words: readonly string[]): string | null {
  const image = words.find((word) => word.startsWith('strayd:'));
  return image === undefined || image === `strayd:${manifest.version}` ? null : `${image} is another version`;
}

function npm([verb = '', ...rest]: readonly string[]): string | null {
  const words = rest.filter((word) => word !== '-s');
  if (verb === 'run') {
    const [script = '', , ...args] = words;
    if (!Object.hasOwn(manifest.scripts, script)) return `there is no script ${script}`;
    return script === 'bench' && !benches.includes(`  ${args[0]}: async`)
      ? `there is no bench ${args[0]}`
      : null;
  }
  if (verb !== 'install')
    return ['ci', 'test', 'pack', 'root', 'config'].includes(verb) ? null : `npm ${verb}?`;
  const known = { ...manifest.dependencies, ...manifest.optionalDependencies };
  const wrong = words.filter((word) => {
    if (word.endsWith('.tgz')) return word !== `./strayd-${manifest.version}.tgz`;
    const name = /^(@?[a-z][^@]*)@/.exec(word)?.[1];
    return name !== undefined && !Object.hasOwn(known, name);
  });
  return wrong.length === 0 ? null : `${wrong.join()} is not what strayd is or needs`;
}

function helm([verb = '', ...words]: readonly string[]): string | null {
  if (verb !== 'install' && verb !== 'upgrade') return `helm ${verb} is not known to this test`;
  const chart = words.find((word) => word.includes('/') && !word.includes('=')) ?? '';
  if (missing(`${chart}/values.yaml`) !== null) return `there is no chart ${chart}`;
  const values: unknown = parse(readFileSync(join(top, chart, 'values.yaml'), 'utf8'));
  const keys = words.flatMap((word, index) =>
    /^--set/.test(words[index - 1] ?? '') ? [word.split('=')[0] ?? ''] : [],
  );
  const wrong = keys.filter((key) => !hasKey(values, key.split('.')));
  return wrong.length === 0 ? null : `the chart has no value ${wrong.join()}`;
}

function hasKey(value: unknown, [key, ...rest]: readonly string[]): boolean {
  if (key === undefined) return true;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return false;
  return hasKey((value as Readonly<Record<string, unknown>>)[key], rest);
}
