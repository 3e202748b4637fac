import { isAlias, isMap, isPair, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Document, Node, Range, Scalar, YAMLParseError } from 'yaml';
import type { TextPlace } from './findings.ts';
import { formatPath } from './problem.ts';
import type { ConfigPath, ConfigProblem } from './problem.ts';

/** A YAML file that remembers where each of its values stands. */
export class YamlSource {
  readonly #file: string;
  readonly #text: string;
  readonly #lines = new LineCounter();
  readonly #document: Document;

  /** Never throws on bad YAML: see {@link syntaxProblems}. `file` is the name that problems show. */
  constructor(file: string, text: string) {
    this.#file = file;
    this.#text = text;
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
  }

  /** What is wrong with the YAML itself: every key given twice, and the first break of syntax (the rest follow from it). */
  syntaxProblems(): ConfigProblem[] {
    const errors = [...this.#document.errors].sort((a, b) => a.pos[0] - b.pos[0]);
    const firstBreak = errors.find((error) => error.code !== 'DUPLICATE_KEY');
    return errors
      .filter((error) => error.code === 'DUPLICATE_KEY' || error === firstBreak)
      .map((error) => this.#problem(error.pos[0], '', `not valid YAML: ${faultOf(error)}`));
  }

  /** The document as plain values; an empty file is an empty map. Throws if aliases are used to blow it up. */
  value(): unknown {
    return this.#document.toJS() ?? {};
  }

  /** A problem at a value, or at the nearest value around it that is there. */
  at(path: ConfigPath, message: string): ConfigProblem {
    for (let length = path.length; length > 0; length--) {
      const place = this.#offsetOf(path.slice(0, length));
      if (place !== null) return this.#problem(place, formatPath(path), message);
    }
    return this.#problem(this.#document.contents?.range?.[0] ?? 0, formatPath(path), message);
  }

  /**
   * A problem within a text value, at its own line and column where the file shows the text as it is (`|` blocks, and text on
   * one line without escapes); else at the value, and the message says where in the text.
   */
  within(path: ConfigPath, place: TextPlace, message: string): ConfigProblem {
    const node = this.#node(path);
    const start = isScalar(node) && node.range ? this.#startOf(node, node.range) : null;
    if (start === null) {
      return this.at(path, `${message} (line ${place.line}, column ${place.column} of the text)`);
    }
    const { line, column, indent } = start;
    return {
      ...this.at(path, message),
      line: line + place.line - 1,
      column: (place.line === 1 ? column : indent) + place.column - 1,
    };
  }

  /** Where the text of a scalar begins, `null` if it is written otherwise than it reads; `indent`: first column of its later lines. */
  #startOf(node: Scalar, [from, to]: Range): { line: number; column: number; indent: number } | null {
    const { line, col } = this.#lines.linePos(from);
    if (node.type === 'BLOCK_LITERAL') {
      const body = this.#text.slice(from, to).split('\n').slice(1);
      const indent = 1 + Math.max(0, body.find((one) => one.trim() !== '')?.search(/\S/) ?? 0);
      return { line: line + 1, column: indent, indent };
    }
    const quotes = node.type === 'QUOTE_SINGLE' || node.type === 'QUOTE_DOUBLE' ? 1 : 0;
    const written = this.#text.slice(from + quotes, to - quotes);
    return written === node.value ? { line, column: col + quotes, indent: col + quotes } : null;
  }

  /** A problem at the key of a map instead of its value. */
  atKey(path: ConfigPath, key: string, message: string): ConfigProblem {
    const offset = this.#keyOf(path, key)?.range?.[0];
    return offset === undefined
      ? this.at(path, message)
      : this.#problem(offset, formatPath([...path, key]), message);
  }

  /** The value as it is written, before `${ENV}` is filled in; `undefined` if there is none. */
  written(path: ConfigPath): unknown {
    const node = this.#node(path);
    return node === null ? undefined : node.toJS(this.#document);
  }

  #offsetOf(path: ConfigPath): number | null {
    const node = this.#node(path);
    if (node?.range) return node.range[0];
    const key = path.at(-1);
    return typeof key === 'string' ? (this.#keyOf(path.slice(0, -1), key)?.range?.[0] ?? null) : null;
  }

  #keyOf(path: ConfigPath, key: string): Node | null {
    const map = this.#node(path);
    if (!isMap(map)) return null;
    const pair = map.items.find(
      (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === key,
    );
    return isScalar(pair?.key) ? pair.key : null;
  }

  #node(path: ConfigPath): Node | null {
    let node: unknown = this.#document.contents;
    for (const part of path) {
      if (isAlias(node)) node = node.resolve(this.#document);
      if (isMap(node))
        node = node.items.find((item) => isScalar(item.key) && String(item.key.value) === part)?.value;
      else if (isSeq(node) && typeof part === 'number') node = node.items[part];
      else return null;
    }
    if (isAlias(node)) node = node.resolve(this.#document);
    return isScalar(node) || isMap(node) || isSeq(node) ? node : null;
  }

  #problem(offset: number, path: string, message: string): ConfigProblem {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.#file, line: Math.max(1, line), column: Math.max(1, col), path, message };
  }
}

/** The parser quotes what it stumbled over, which may be a secret: it is left out, the place says where to look. */
function faultOf(error: YAMLParseError): string {
  if (error.code === 'DUPLICATE_KEY') return 'this key is given twice in one map; keep one of them';
  return `${error.message.replace(/: ".*$/s, '')}; text with any of {}[],&*#?|<>=!%@\`: in it needs quotes`;
}
