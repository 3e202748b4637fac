/**
 * A module of the built program, for what starts threads or processes by file name: those exist in dist/ only. `path` is
 * relative to dist/.
 */
export async function builtModule<T>(path: string): Promise<T> {
  return (await import(new URL(`../../dist/${path}`, import.meta.url).href)) as T;
}
