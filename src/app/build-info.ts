import { readFileSync } from 'node:fs';

/** Which strayd this is, as package.json says. */
export function buildInfo(): { readonly version: string; readonly nodeVersion: string } {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const version =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : 'unknown';
  return { version: String(version), nodeVersion: process.versions.node };
}
