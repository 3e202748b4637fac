import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const top = resolve(import.meta.dirname, '../..');

/** A page of the documentation: its path from the top of the repository, and its text. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

/** Code on a page: a fenced block with its language, or an indented one (language ''). `line` is where it begins, from 1. */
export interface CodeBlock {
  readonly language: string;
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
  for (let index = 0; index < lines.length; index++) {
    const start = index;
    const fence = /^```(\S*)/.exec(lines[index] ?? '');
    const code: string[] = [];
    if (fence !== null) {
      while (++index < lines.length && !(lines[index] ?? '').startsWith('```')) code.push(lines[index] ?? '');
      blocks.push({ language: fence[1] ?? '', text: code.join('\n'), line: start + 2 });
    } else if (/^ {4}\S/.test(lines[index] ?? '') && (lines[index - 1] ?? '') === '') {
      while (/^( {4}|$)/.test(lines[index] ?? 'end')) code.push((lines[index++] ?? '').slice(4));
      blocks.push({ language: '', text: code.join('\n'), line: start + 1 });
    }
  }
  return blocks;
}

/** What stands between single backticks outside of code blocks. */
export function inlineCode({ text }: Page): string[] {
  const prose = text.replaceAll(/^```[\s\S]*?^```/gm, '');
  return [...prose.matchAll(/(?<!`)`([^`\n]+)`(?!`)/g)].map(([, code = '']) => code);
}
