/** Shorter parts of a path name places (`hook`, `services`) and are no secrets. */
const leastPartChars = 8;

/**
 * What of an address a receiver could throw back that must not be shown: user, password, path and query as a whole and in
 * their longer parts, each as it is written and decoded.
 */
export function urlSecrets(text: string): readonly string[] {
  const { username, password, pathname, search, searchParams } = new URL(text);
  const parts = [...pathname.split('/'), ...searchParams.values()].filter(
    (part) => part.length >= leastPartChars,
  );
  const login = [username, password].filter((part) => part !== '');
  const basic =
    login.length === 0 ? [] : [Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64')];
  const whole = [pathname, search].filter((part) => part.length >= leastPartChars);
  return [...new Set([...whole, ...login, ...basic, ...parts].flatMap((part) => [part, decoded(part)]))];
}

/** Percent-decoded; as it stands where a raw `%` begins no escape. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The text with each of the secrets in it replaced, the longest first. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return [...secrets]
    .filter((secret) => secret !== '')
    .sort((a, b) => b.length - a.length)
    .reduce((rest, secret) => rest.replaceAll(secret, '<secret>'), text);
}
