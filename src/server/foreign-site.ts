import type { FastifyRequest } from 'fastify';

const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Why a request that changes something is refused, `null` if it may go on. A page of another site that an operator has open can
 * make the browser send requests to a strayd on loopback, which asks for no token; browsers say from where they come
 * (`Origin`, `Sec-Fetch-Site`). Programs send neither.
 */
export function foreignSite(request: FastifyRequest): string | null {
  if (READING.has(request.method)) return null;
  const { origin, host } = request.headers;
  const site = request.headers['sec-fetch-site'];
  if (site === 'cross-site' || site === 'same-site') {
    return `The browser says that the request is ${site}.`;
  }
  if (origin !== undefined && hostOf(origin) !== host) {
    return `The request comes from ${JSON.stringify(origin)}, not from ${JSON.stringify(host ?? '')}.`;
  }
  return null;
}

function hostOf(origin: string): string | null {
  try {
    return new URL(origin).host;
  } catch {
    return null;
  }
}
