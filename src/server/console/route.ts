/** Where the console is: the part of the address after `#`, as `#/entity?detector=hosts&entity=db-3`. */
export interface Route {
  /** Parts of the path; empty on the first page. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
}

/** Reads an address' hash. What can't be decoded is taken as it stands. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = split(hash.replace(/^#\/?/, ''), '?');
  return {
    path: path
      .split('/')
      .filter((part) => part !== '')
      .map(decoded),
    query: new URLSearchParams(query),
  };
}

/** The hash of a page. Absent and empty members of the query are left out. */
export function hashOf(
  path: readonly string[],
  query: Readonly<Record<string, string | null | undefined>> = {},
): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') params.set(name, value);
  }
  const text = params.toString();
  return `#/${path.map(encodeURIComponent).join('/')}${text === '' ? '' : `?${text}`}`;
}

/** The page of one entity, its newest hours or a range (Unix ms). */
export function entityHash(
  detector: string,
  entity: string,
  range?: { fromMs: number; toMs: number },
): string {
  const times =
    range === undefined ? {} : { from: String(Math.round(range.fromMs)), to: String(Math.round(range.toMs)) };
  return hashOf(['entity'], { detector, entity, ...times });
}

function split(text: string, at: string): string[] {
  const index = text.indexOf(at);
  return index < 0 ? [text] : [text.slice(0, index), text.slice(index + 1)];
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
