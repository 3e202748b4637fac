const BINARY: readonly string[] = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
const DECIMAL: readonly string[] = ['', 'k', 'M', 'G', 'T', 'P'];
const BYTES: readonly string[] = ['bytes', 'byte', 'B', 'By'];
const SECONDS: readonly string[] = ['s', 'seconds', 'second', 'sec'];
const MILLISECONDS: readonly string[] = ['ms', 'milliseconds'];
const PERCENT: readonly string[] = ['%', 'percent'];

/** Seconds in the unit that reads best; sizes from which each one begins. */
const TIMES: readonly (readonly [from: number, seconds: number, name: string])[] = [
  [48 * 3600, 86_400, 'days'],
  [2 * 3600, 3600, 'h'],
  [120, 60, 'min'],
  [1, 1, 's'],
  [1e-3, 1e-3, 'ms'],
  [0, 1e-6, 'µs'],
];

/**
 * A feature's value in its unit, three digits that count, as alerts tell it: `15.3 MiB/s`, `80 ms`, `97 %`, `568/s`. What is
 * missing is a dash.
 */
export function formatValue(value: number | null, unit: string): string {
  if (value === null || !Number.isFinite(value)) return '–';
  const perSecond = unit.endsWith('/s');
  if (BYTES.includes(perSecond ? unit.slice(0, -2) : unit)) {
    const { text, prefix } = scaled(value, BINARY, 1024, 1024);
    return `${text} ${prefix}${perSecond ? '/s' : ''}`;
  }
  if (SECONDS.includes(unit)) return seconds(value);
  if (MILLISECONDS.includes(unit)) return seconds(value / 1000);
  if (PERCENT.includes(unit)) return `${digits(value)} %`;
  if (unit === 'ratio') return `${digits(value * 100)} %`;
  const { text, prefix } = scaled(value, DECIMAL, 1000, 10_000);
  if (unit.startsWith('1/')) return `${text}${prefix}${unit.slice(1)}`;
  return unit === '' ? text + prefix : `${text}${prefix} ${unit}`;
}

function seconds(value: number): string {
  if (value === 0) return '0 s';
  const [, size, name] = TIMES.find(([from]) => Math.abs(value) >= from) ?? [0, 1, 's'];
  return `${digits(value / size)} ${name}`;
}

/** The largest prefix that leaves the value at 1 or more; below `from` there is none. */
function scaled(value: number, prefixes: readonly string[], base: number, from: number) {
  let rest = value;
  let power = 0;
  while (
    Math.abs(value) >= from &&
    Math.abs(Number(rest.toPrecision(3))) >= base &&
    power < prefixes.length - 1
  ) {
    rest /= base;
    power += 1;
  }
  return { text: digits(rest), prefix: prefixes[power] ?? '' };
}

function digits(value: number): string {
  return String(Number(value.toPrecision(3))).replace(/^-/, '−');
}
