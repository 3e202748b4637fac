import { assertFree, ListenError } from './listen.ts';

/** The wanted port if no other program listens there on the loopback, else 0: any free one. Throws a `ListenError` for other trouble. */
export async function freePort(wanted: number): Promise<number> {
  try {
    await assertFree({ host: '127.0.0.1', port: wanted });
    return wanted;
  } catch (error) {
    if (error instanceof ListenError && error.isTaken) return 0;
    throw error;
  }
}
