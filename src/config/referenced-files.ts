import { dirname, resolve } from 'node:path';
import type { ConfigPath } from './problem.ts';
import { Secret } from './secret.ts';

/** Reads a whole text file; throws as `readFileSync` does. */
export type ReadFile = (path: string) => string;

/** A secret and its `_file` twin as they are written in one map. */
export interface SecretPair {
  readonly path: ConfigPath;
  readonly key: string;
  readonly inline: Secret | undefined;
  readonly file: string | undefined;
}

/** Reads the files that a configuration names; relative paths start at its own folder. */
export class ReferencedFiles {
  readonly #folder: string;
  readonly #readFile: ReadFile;
  readonly #fault: (path: ConfigPath, message: string) => void;

  /** Faults go to `fault` with their place; the value is then `null`. */
  constructor(configFile: string, readFile: ReadFile, fault: (path: ConfigPath, message: string) => void) {
    this.#folder = dirname(resolve(configFile));
    this.#readFile = readFile;
    this.#fault = fault;
  }

  /** The absolute path of a file or directory that the configuration names. */
  absolute(path: string): string {
    return resolve(this.#folder, path);
  }

  /** Says that what a file holds can't be used. */
  refuse(path: ConfigPath, message: string): void {
    this.#fault(path, message);
  }

  /** The text of a file, or `null` if none is named or it can't be read. */
  text(file: string | undefined, path: ConfigPath): string | null {
    if (file === undefined) return null;
    try {
      return this.#readFile(this.absolute(file));
    } catch (error) {
      const reason = error instanceof Error ? error.message.replace(/, \w+ '.*'$/, '') : String(error);
      this.#fault(path, `can't read ${JSON.stringify(file)}: ${reason}; name a file that strayd may read`);
      return null;
    }
  }

  /** A secret given in the file itself or by its `_file` twin; a file's last line end is not part of it. */
  secret({ path, key, inline, file }: SecretPair): Secret | null {
    if (inline !== undefined && file !== undefined) {
      this.#fault([...path, `${key}_file`], `"${key}" and "${key}_file" are both given; keep one of them`);
    }
    if (inline !== undefined) return inline;
    const text = this.text(file, [...path, `${key}_file`])?.replace(/\r?\n$/, '');
    if (text === '')
      this.#fault(
        [...path, `${key}_file`],
        `the file ${JSON.stringify(file)} is empty; write the secret into it`,
      );
    return text === undefined || text === '' ? null : new Secret(text);
  }
}
