/** The alert in the console, `null` if nobody said where that is reached. */
export function alertUrl(externalUrl: string | null, alertId: string): string | null {
  return externalUrl === null ? null : `${externalUrl.replace(/\/+$/, '')}/?alert=${alertId}`;
}
