import type { FormatWait } from './sample-format.ts';

/** Lets a format fetch what it needs, and gives up at the first trouble: its message, or `null` if all was there. */
export async function firstTrouble(
  work: (wait: FormatWait) => Promise<void> | undefined,
): Promise<string | null> {
  const giveUp = new AbortController();
  let told: string | null = null;
  const trouble = (message: string | null): void => {
    told = message;
    if (message !== null) giveUp.abort();
  };
  await work({ signal: giveUp.signal, trouble });
  return told;
}
