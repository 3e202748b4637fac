const KEY = 'strayd-token';

/** The bearer token of this tab, `null` if none was given. It ends with the tab. */
export function readToken(): string | null {
  return sessionStorage.getItem(KEY);
}

/** Keeps a token for this tab; `null` forgets it. */
export function keepToken(token: string | null): void {
  if (token === null) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, token);
}
