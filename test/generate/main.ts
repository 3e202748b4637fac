import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { generatedFiles } from './generated-files.ts';

/** Writes the generated files; with `--check` only says which are behind, exit code 1 if any. */
const top = resolve(import.meta.dirname, '../..');
const checking = process.argv.includes('--check');

for (const { path, text } of await generatedFiles()) {
  const target = resolve(top, path);
  if (!checking) {
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
    process.stdout.write(`${path}\n`);
  } else if (readFileSync(target, 'utf8') !== text) {
    process.stderr.write(`${path} is behind its sources: run npm run generate\n`);
    process.exitCode = 1;
  }
}
