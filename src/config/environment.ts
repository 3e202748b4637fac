import type { ConfigPath } from './problem.ts';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

const REFERENCE = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$\{[^}]*\}?/g;

/**
 * Fills `${NAME}` into every string of a plain value; `$${` stands for a literal `${`. Faults (a variable that is not
 * set, a reference that can't be read) go to `fault` and the string stays as it was.
 */
export function substituteEnvironment(
  value: unknown,
  env: Environment,
  fault: (path: ConfigPath, message: string) => void,
): unknown {
  const open = new Set<unknown>();
  const visit = (inner: unknown, path: ConfigPath): unknown => {
    if (typeof inner === 'string') return fillIn(inner, env, (message) => fault(path, message));
    if (typeof inner !== 'object' || inner === null) return inner;
    if (open.has(inner)) {
      fault(path, 'an alias (*name) stands within what it names; write the value out');
      return null;
    }
    open.add(inner);
    const filled = visitInside(inner, path);
    open.delete(inner);
    return filled;
  };
  const visitInside = (inner: object, path: ConfigPath): unknown => {
    if (Array.isArray(inner)) return inner.map((item, index) => visit(item, [...path, index]));
    return Object.fromEntries(Object.entries(inner).map(([key, item]) => [key, visit(item, [...path, key])]));
  };
  return visit(value, []);
}

function fillIn(text: string, env: Environment, fault: (message: string) => void): string {
  return text.replace(REFERENCE, (written: string, name: string | undefined) => {
    if (written === '$${') return '${';
    if (name === undefined) {
      // What follows may be part of a secret, so it is not shown.
      fault('here stands "${" without a variable\'s name after it; write ${NAME}, or $${ for a literal ${');
      return written;
    }
    const value = env[name];
    if (value === undefined)
      fault(`the environment variable ${name} is not set; set it, or write the value here`);
    return value ?? written;
  });
}
