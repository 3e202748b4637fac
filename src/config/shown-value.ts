const LONGEST = 60;

/** How a value from the file is shown in a message: short, on one line, log-ins inside addresses left out. */
export function shownValue(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object' && value !== null) return 'a map';
  if (typeof value !== 'string') return String(value);
  const text = value.replace(/\/\/[^/@\s]*@/g, '//<secret>@');
  return JSON.stringify(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
}
