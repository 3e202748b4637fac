import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { beforeAll, describe, expect, test } from 'vitest';

const top = resolve(import.meta.dirname, '../..');

describe('the repository’s lint rules', () => {
  let eslint: ESLint;
  beforeAll(() => {
    // The rules about rooms need no types; to build all of them takes longer than all else here.
    eslint = new ESLint({ cwd: top, overrideConfig: tseslint.configs.disableTypeChecked });
  });

  /** Messages of the rules that keep the rooms apart, for a text in the place of one of the folder's own files. */
  const messagesIn = async (folder: string, text: string): Promise<string[]> => {
    const own = readdirSync(join(top, folder)).find(
      (name) => name.endsWith('.ts') && !name.endsWith('.d.ts'),
    );
    const [result] = await eslint.lintText(text, { filePath: join(top, folder, own ?? 'missing.ts') });
    return (result?.messages ?? [])
      .filter(({ ruleId, fatal }) => fatal === true || /restricted/.test(ruleId ?? ''))
      .map(({ message }) => message);
  };

  test.each([
    ['src/core', `import { loadConfig } from '../config/load.ts';`, 'core/ takes nothing from config/'],
    ['src/core', `import type { Config } from '../config/config.ts';`, 'core/ takes nothing from config/'],
    [
      'src/pipeline',
      `import { openStore } from '../store/open-store.ts';`,
      'pipeline/ takes nothing from store/',
    ],
    ['src/pipeline/series', `import { x } from '../../ingest/x.ts';`, 'pipeline/ takes nothing from ingest/'],
    [
      'src/store',
      `import { formatDuration } from '../core/duration.ts';`,
      'store/ takes only types from core/',
    ],
    ['src/server', `export { step } from '../pipeline/step.ts';`, 'server/ takes only types from pipeline/'],
    ['src/ingest/formats', `import { Kafka } from 'kafkajs';`, 'Only src/ingest/kafka/ imports'],
    ['src/server', `import Database from 'better-sqlite3';`, 'Only src/store/ imports'],
    ['src/pipeline', `import * as tf from '@tensorflow/tfjs-core';`, 'Only src/model/ imports'],
    ['src/app', `import { run } from '../cli/main.ts';`, 'app/ takes nothing from cli/'],
    ['src/cli', `await import('../server/server.ts');`, 'cli/ takes only types from server/'],
    ['src/app', `await import('kafkajs');`, 'Only src/ingest/kafka/ imports'],
  ])('refuse in %s: %s', async (folder, text, reason) => {
    expect(await messagesIn(folder, text)).toEqual([expect.stringContaining(reason)]);
  });

  test.each([
    ['src/config', `import { formatDuration } from '../core/duration.ts';`],
    ['src/store', `import type { Sample } from '../core/sample.ts';`],
    ['src/store', `import Database from 'better-sqlite3';`],
    ['src/ingest/kafka', `import { Kafka } from 'kafkajs';`],
    ['src/model', `import * as tf from '@tensorflow/tfjs-core';`],
    ['src/pipeline/alerts', `import { x } from '../scoring/x.ts';`],
    ['src/app', `import { loadConfig } from '../config/load.ts';`],
    ['src/cli', `await import('../app/daemon.ts');`],
  ])('allow in %s: %s', async (folder, text) => {
    expect(await messagesIn(folder, text)).toEqual([]);
  });

  test.each(['Date.now();', 'new Date();', 'Date();', 'Math.random();'])('keep %s to app/', async (text) => {
    expect(await messagesIn('src/core', text)).toHaveLength(1);
    expect(await messagesIn('src/app', text)).toEqual([]);
  });

  test('let a given time be read anywhere', async () => {
    expect(await messagesIn('src/core', 'new Date(0).toISOString();')).toEqual([]);
  });
});
