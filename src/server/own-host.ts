import { isIP } from 'node:net';

/**
 * True if a request names an address by which only strayd itself can be meant: an IP address, `localhost`, or the host of
 * `server.external_url`. A page of another site whose name is made to point at this machine (DNS rebinding) is not of another site
 * to the browser, but it still names itself here.
 */
export function isOwnHost(host: string | undefined, externalUrl: string | null): boolean {
  // Browsers always send one.
  if (host === undefined) return true;
  const name = nameOf(`http://${host}`);
  if (name === null) return false;
  if (isIP(name.replace(/^\[|\]$/g, '')) !== 0) return true;
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    (externalUrl !== null && name === nameOf(externalUrl))
  );
}

function nameOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).hostname : null;
}
