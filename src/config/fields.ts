import { validateDetailed } from 'node-cron';
import { z } from 'zod';
import { parseDuration } from '../core/duration.ts';
import { regexFault } from './anchored-regex.ts';
import { parseBudget } from './budget.ts';
import { parseRate } from './rate.ts';
import { Secret } from './secret.ts';
import { parseSelector } from './selector.ts';

/** An address to connect to or to listen on. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** A text field that `read` turns into its value, or answers `null`: then `expected` says what to write. */
function textField<T>(expected: string, read: (text: string) => T | null) {
  return z.string().transform((text, context): T => {
    const value = read(text);
    if (value !== null) return value;
    context.issues.push({ code: 'custom', message: expected, input: text });
    return z.NEVER;
  });
}

/** A span of time as text; gives ms. `least` is the smallest one allowed, ms. */
export function durationField(least = 0) {
  return textField(
    least > 0
      ? 'expected a duration above zero, such as 15s, 5m or 1h30m'
      : 'expected a duration, such as 15s, 5m, 1h30m or 28d',
    (text) => {
      const ms = parseDuration(text);
      return ms === null || ms < least ? null : ms;
    },
  );
}

const SIZE_UNITS: readonly (readonly [unit: string, bytes: number])[] = [
  ['GB', 2 ** 30],
  ['MB', 2 ** 20],
  ['KB', 2 ** 10],
];

/** A size of memory as text, in powers of 1024; gives bytes. `least` is the smallest one allowed. */
export function sizeField(least: number) {
  const example = least < 2 ** 20 ? '512KB or 16MB' : '512MB or 4GB';
  return textField(`expected a size of at least ${sizeText(least)}, such as ${example}`, (text) => {
    const match = /^(\d{1,6})\s*(KB|MB|GB)$/.exec(text.trim());
    const [, unit = NaN] = SIZE_UNITS.find(([name]) => name === match?.[2]) ?? [];
    const bytes = Number(match?.[1]) * unit;
    return bytes >= least ? bytes : null;
  });
}

/** A size in bytes as `sizeField` reads it, in the largest unit that leaves nothing over. */
export function sizeText(bytes: number): string {
  const [name, unit] = SIZE_UNITS.find(([, unit]) => bytes > 0 && bytes % unit === 0) ?? ['KB', 2 ** 10];
  return `${bytes / unit}${name}`;
}

const changeText =
  'expected a change such as 10% of what was expected, 0.5 in the feature’s unit, or both as [10%, 0.5]';

const change = z.union([z.number(), z.string()], { error: changeText }).transform((value, context) => {
  const match = typeof value === 'string' ? /^(\d+(?:\.\d+)?)\s*%$/.exec(value.trim()) : null;
  const size = typeof value === 'number' ? value : match === null ? NaN : Number(match[1]) / 100;
  if (size >= 0 && Number.isFinite(size)) {
    return match === null ? { relative: 0, absolute: size } : { relative: size, absolute: 0 };
  }
  context.issues.push({ code: 'custom', message: changeText, input: value });
  return z.NEVER;
});

/** `10%`, 0.5 or both in a list: gives a `LeastChange`. */
export const leastChangeField = z
  .union([change, z.array(change).min(1).max(2)], { error: changeText })
  .transform((given) => {
    const parts = Array.isArray(given) ? given : [given];
    return {
      relative: Math.max(...parts.map(({ relative }) => relative)),
      absolute: Math.max(...parts.map(({ absolute }) => absolute)),
    };
  });

const quantileText = 'expected a share from 0 to 1, such as 0.99 for the 99th percentile';

/** Which quantile. */
export const quantileField = z
  .number({ error: quantileText })
  .refine((share) => share >= 0 && share <= 1, { error: quantileText });

/** An alert budget in words. */
export const budgetField = textField(
  'expected a budget such as "5 per week", "2 per day" or "1 per week per entity"',
  parseBudget,
);

/** A rate in words. */
export const rateField = textField('expected a rate such as "20 per minute" or "1 per second"', parseRate);

/** A cron expression of five fields, as node-cron understands it; stays text. */
export const cronField = textField(
  'expected five cron fields: minute hour day month weekday, such as "0 3 * * 0" for Sundays at 03:00',
  (text) => (text.trim().split(/\s+/).length === 5 && validateDetailed(text).valid ? text.trim() : null),
);

/** A point in time with its zone; gives Unix ms. */
export const timeField = textField('expected a time with its zone, such as 2026-11-28T22:00:00Z', (text) =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text))
    ? Date.parse(text)
    : null,
);

/** A time zone's name; stays text. */
export const timezoneField = textField('expected a time zone such as UTC or Europe/Berlin', (text) => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return text;
  } catch {
    return null;
  }
});

/** A PromQL selector; gives its matchers. `bare`: braces may be left out. */
export function selectorField(example: string, bare: boolean) {
  return z.string().transform((text, context) => {
    const result = parseSelector(text, bare);
    if ('matchers' in result) return result.matchers;
    const message = `expected a PromQL selector such as ${example}: ${result.fault}`;
    context.issues.push({ code: 'custom', message, input: text });
    return z.NEVER;
  });
}

/** `host:port`, IPv6 hosts in brackets. */
export function hostPortField(example: string) {
  return textField(`expected host:port, such as ${example}`, (text): HostPort | null => {
    const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:/[\]]+)):(\d{1,5})$/.exec(text.trim());
    const host = match?.[1] ?? match?.[2];
    const port = Number(match?.[3]);
    return host !== undefined && port <= 65_535 ? { host, port } : null;
  });
}

/** An absolute http or https address; stays text. */
export const urlField = textField('expected a URL such as https://example.org/hook', (text) =>
  isUrl(text) ? text : null,
);

/** An address that may hold a token in its path or query: only its host is ever shown. */
export const urlSecretField = textField('expected a URL such as https://example.org/hook', urlSecret);

/** The text as an address that is a secret, `null` if it is none. */
export function urlSecret(text: string): Secret | null {
  if (!isUrl(text)) return null;
  return new Secret(text, `${new URL(text).origin}/<secret>`);
}

/** An address whose user and password, if it has them, are never shown. */
export const urlLoginField = textField('expected a URL such as https://example.org/hook', (text) => {
  if (!isUrl(text)) return null;
  const { protocol, host, username, password, pathname, search } = new URL(text);
  const login = username === '' && password === '' ? '' : '<secret>@';
  return new Secret(text, `${protocol}//${login}${host}${pathname}${search}`);
});

const isUrl = (text: string): boolean => /^https?:\/\//.test(text) && URL.canParse(text);

/** The name of a topic. */
export function topicNameField(example: string) {
  return z.string().regex(/^[a-zA-Z0-9._-]{1,249}$/, `expected a topic name, such as ${example}`);
}

/** A regular expression for topics' names; stays text. */
export const topicPatternField = z.string().transform((text, context): string => {
  const fault = text === '' ? 'is empty' : regexFault(text);
  if (fault === null) return text;
  const message = `expected a regular expression such as team-.*-metrics; this one ${fault}`;
  context.issues.push({ code: 'custom', message, input: text });
  return z.NEVER;
});

/** A password, key or token. */
export const secretField = textField('expected a secret, not an empty text', (text) =>
  text === '' ? null : new Secret(text),
);

/** The name of a source, a detector or a channel: it becomes part of labels, files and addresses. */
export const nameField = textField(
  'expected a name of letters, digits, "_", "-" and ".", at most 63 of them, such as hosts',
  (text) => (/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/.test(text) ? text : null),
);

/** The name of a Prometheus label. */
export const labelNameField = textField('expected a label name, such as instance', (text) =>
  /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(text) && text !== '__name__' ? text : null,
);

/** The name of a Prometheus metric, or of a feature. */
export const metricNameField = textField('expected a metric name, such as node_load1', (text) =>
  /^[a-zA-Z_:][a-zA-Z0-9_:.]*$/.test(text) ? text : null,
);
