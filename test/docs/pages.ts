import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const top = resolve(import.meta.dirname, '../..');

/** A page of the documentation: its path from the top of the repository, and its text. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

/**
 * Code on a page. `kind` is the first word behind the fence and `about` the second; both are empty of a block without them, and of one
 * that is only indented. `line` is where its text begins, from 1.
 */
export interface CodeBlock {
  readonly kind: string;
  readonly about: string;
  readonly text: string;
  readonly line: number;
}

/** Every page that people read, generated ones too. */
export function pages(): Page[] {
  const inDocs = readdirSync(join(top, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`);
  return ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'grafana/README.md', ...inDocs.sort()].map(
    (path) => ({
      path,
      text: readFileSync(join(top, path), 'utf8'),
    }),
  );
}

/** The page's code, in order. */
export function codeBlocks({ text }: Page): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  const lines = text.split('\n');
  let index = 0;
  while (index < lines.length) {
    const start = index++;
    const fence = /^ *```(\S*) ?(\S*)/.exec(lines[start] ?? '');
    if (fence !== null) {
      while (index < lines.length && !/^ *```/.test(lines[index] ?? '')) index++;
      const [, kind = '', about = ''] = fence;
      blocks.push({ kind, about, text: lines.slice(start + 1, index++).join('\n'), line: start + 2 });
    } else if (/^ {4}\S/.test(lines[start] ?? '') && (lines[start - 1] ?? '') === '') {
      while (/^( {4}|$)/.test(lines[index] ?? 'end')) index++;
      const code = lines.slice(start, index).map((line) => line.slice(4));
      blocks.push({ kind: '', about: '', text: code.join('\n').trimEnd(), line: start + 1 });
    }
  }
  return blocks;
}

/** All blocks of one kind, with the place for the name of a test. */
export function blocksOf(kind: string): (CodeBlock & { readonly place: string })[] {
  return pages().flatMap((page) =>
    codeBlocks(page)
      .filter((block) => block.kind === kind)
      .map((block) => ({ ...block, place: `${page.path}:${block.line}` })),
  );
}

/** What stands between single backticks outside of code blocks. */
export function inlineCode({ text }: Page): string[] {
  const prose = text.replaceAll(/^```[\s\S]*?^```/gm, '');
  return [...prose.matchAll(/(?<!`)`([^`\n]+)`(?!`)/g)].map(([, code = '']) => code);
}
