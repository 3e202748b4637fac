import { createServer } from 'node:net';
import type { FastifyInstance } from 'fastify';

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** The configured address is taken or may not be used. */
export class ListenError extends Error {
  /** Another program listens there; else the address can't be used at all. */
  readonly isTaken: boolean;

  constructor({ host, port }: ListenAddress, cause: NodeJS.ErrnoException) {
    const reason =
      cause.code === 'EADDRINUSE'
        ? 'another program listens there; stop it or set server.listen to a free address'
        : `${cause.message}; set server.listen to an address of this machine`;
    super(`Can't listen on ${host}:${port}: ${reason}.`, { cause });
    this.name = 'ListenError';
    this.isTaken = cause.code === 'EADDRINUSE';
  }
}

/** Listens, and resolves with the base URL; port 0 takes a free one. */
export async function listen(server: FastifyInstance, address: ListenAddress): Promise<string> {
  try {
    return await server.listen({ host: address.host, port: address.port });
  } catch (error) {
    throw new ListenError(address, error as NodeJS.ErrnoException);
  }
}

/** Throws a `ListenError` if the address is taken or not of this machine; leaves it free. */
export async function assertFree(address: ListenAddress): Promise<void> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', (error: NodeJS.ErrnoException) => reject(new ListenError(address, error)));
    probe.listen({ host: address.host, port: address.port }, () => probe.close(() => resolve()));
  });
}
