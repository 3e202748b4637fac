import { readFileSync } from 'node:fs';

/** Absolute paths of the files that certificates and secrets come from; absent: it is not from a file. */
export interface AccessFiles {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly password?: string;
  readonly token?: string;
}

/**
 * The same object whose values come from their files anew each time that they are asked for, so that the next connection
 * has a secret or certificate that was renewed. What can't be read, or is empty, stays as it was.
 */
export const freshFrom = <Part extends object>(part: Part, files: AccessFiles): Part => {
  const fresh: object = { ...part };
  const known = new Map<string, unknown>(Object.entries(part));
  for (const [name, path] of Object.entries(files) as [string, string | undefined][]) {
    if (path === undefined || !known.has(name)) continue;
    const get = (): unknown => {
      const text = textOf(path);
      if (text !== null) known.set(name, text);
      return known.get(name);
    };
    Object.defineProperty(fresh, name, { get, enumerable: true });
  }
  return fresh as Part;
};

/* A file's last line end is no part of a secret. */
const textOf = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '') || null;
  } catch {
    return null;
  }
};
