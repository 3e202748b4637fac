const DAY_MS = 86_400_000;
const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/* Number of `count` decimal digits from `start`, NaN if one of them is none. */
const digits = (text: string, start: number, count: number): number => {
  let value = 0;
  for (let i = start; i < start + count; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return NaN;
    value = value * 10 + digit;
  }
  return value;
};

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

/* Days since 1970-01-01 in the proleptic Gregorian calendar: http://howardhinnant.github.io/date_algorithms.html */
const daysFromCivil = (year: number, month: number, day: number): number => {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
};

const dateMs = (text: string): number => {
  const [year, month, day] = [digits(text, 0, 4), digits(text, 5, 2), digits(text, 8, 2)];
  if (text[4] !== '-' || text[7] !== '-' || !(month >= 1 && month <= 12)) return NaN;
  const last = month === 2 && isLeap(year) ? 29 : (DAYS_IN_MONTH[month - 1] ?? 0);
  return day >= 1 && day <= last ? daysFromCivil(year, month, day) * DAY_MS : NaN;
};

const timeOfDayMs = (text: string): number => {
  const [hour, minute, second] = [digits(text, 11, 2), digits(text, 14, 2), digits(text, 17, 2)];
  if (text[13] !== ':' || text[16] !== ':') return NaN;
  return hour <= 23 && minute <= 59 && second <= 59 ? ((hour * 60 + minute) * 60 + second) * 1000 : NaN;
};

const offsetMs = (text: string, at: number): number => {
  const sign = text[at];
  if (sign === 'Z' || sign === 'z') return text.length === at + 1 ? 0 : NaN;
  if ((sign !== '+' && sign !== '-') || text.length !== at + 6 || text[at + 3] !== ':') return NaN;
  const [hours, minutes] = [digits(text, at + 1, 2), digits(text, at + 4, 2)];
  if (!(hours <= 23 && minutes <= 59)) return NaN;
  return (sign === '-' ? -1 : 1) * (hours * 60 + minutes) * 60_000;
};

/**
 * Unix milliseconds of an RFC 3339 date-time (https://www.rfc-editor.org/rfc/rfc3339#section-5.6), NaN if it is none.
 * Stricter than `Date.parse`: no impossible days, no local times, no leap second; digits under a millisecond are cut.
 */
export const parseRfc3339 = (text: string): number => {
  const separator = text[10];
  if (separator !== 'T' && separator !== 't') return NaN;
  let at = 19;
  let fractionMs = 0;
  if (text[at] === '.') {
    const start = ++at;
    while (digits(text, at, 1) >= 0) at++;
    if (at === start) return NaN;
    fractionMs = digits(text.slice(start, at).padEnd(3, '0'), 0, 3);
  }
  return dateMs(text) + timeOfDayMs(text) + fractionMs - offsetMs(text, at);
};
