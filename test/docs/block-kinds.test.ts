import { expect, test } from 'vitest';
import { codeBlocks, pages } from './pages.ts';

const FORMATS = ['prometheus_json', 'remote_write', 'otlp', 'influx', 'json', 'avro'];

/** The kinds of code on a page, each with what may stand behind it, and the test that tries it. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  // shell.test.ts, commands.test.ts; a synopsis has brackets and choices, and only of strayd.
  sh: ['', 'synopsis'],
  // configs.test.ts (`detector`: a part of one), and formats.test.ts of docs/formats.md.
  yaml: ['', 'detector', ...FORMATS],
  // promql.test.ts
  promql: [''],
  // wording.test.ts: what strayd prints. A drawing is the writer's own.
  text: ['', 'drawing', ...FORMATS],
  // records.test.ts and formats.test.ts; without a word behind it, test/delivery/channel-docs.test.ts compares it.
  json: ['', 'avro_schema', ...FORMATS],
  base64: FORMATS,
};

test.each(pages())('every block of code of $path says of what kind it is, and that kind is tried', (page) => {
  const unknown = codeBlocks(page)
    .filter(({ kind, about }) => !(KINDS[kind]?.includes(about) ?? false))
    .map(
      ({ kind, about, line }) => `line ${line}: ${kind === '' ? 'no fence with a kind' : `${kind} ${about}`}`,
    );
  expect(unknown).toEqual([]);
});

test('bodies without a format are only where they are compared with what is sent', () => {
  const bare = pages().filter((page) =>
    codeBlocks(page).some(({ kind, about }) => kind === 'json' && about === ''),
  );
  expect(bare.map(({ path }) => path)).toEqual(['docs/channels.md']);
});

test('a synopsis is of strayd alone', () => {
  const others = pages().flatMap((page) =>
    codeBlocks(page)
      .filter(({ about }) => about === 'synopsis')
      .flatMap(({ text }) => text.split('\n').filter((line) => !line.startsWith('strayd '))),
  );
  expect(others).toEqual([]);
});
