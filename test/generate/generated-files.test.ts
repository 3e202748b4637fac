import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { generatedFiles } from './generated-files.ts';

const files = await generatedFiles();

describe('generated files', () => {
  test.each(files)(
    '$path is in step with the sources; `npm run generate` brings it there',
    ({ path, text }) => {
      expect(readFileSync(resolve(import.meta.dirname, '../..', path), 'utf8')).toBe(text);
    },
  );
});
