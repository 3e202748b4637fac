const bytePrefixes = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;
const decimalPrefixes = ['', 'k', 'M', 'G', 'T', 'P'] as const;
const byteUnits: readonly string[] = ['bytes', 'byte', 'B', 'By'];
const secondUnits: readonly string[] = ['s', 'seconds', 'second', 'sec'];
const millisecondUnits: readonly string[] = ['ms', 'milliseconds'];
const percentUnits: readonly string[] = ['%', 'percent'];

const minus = (text: string): string => text.replace(/^-/, '−');

const threeDigits = (value: number): string => minus(String(Number(value.toPrecision(3))));

/** The value in the largest prefix that leaves it at 1 or more; `from` is where prefixes start. */
function scaled(
  value: number,
  base: number,
  from: number,
): { readonly text: string; readonly power: number } {
  let power = 0;
  let rest = value;
  if (Math.abs(value) >= from) {
    while (Math.abs(Number(rest.toPrecision(3))) >= base && power < 5) {
      rest /= base;
      power++;
    }
  }
  return { text: threeDigits(rest), power };
}

function seconds(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0 s';
  if (size < 1e-3) return `${threeDigits(value * 1e6)} µs`;
  if (size < 1) return `${threeDigits(value * 1e3)} ms`;
  if (size < 120) return `${threeDigits(value)} s`;
  if (size < 2 * 3600) return `${threeDigits(value / 60)} min`;
  if (size < 48 * 3600) return `${threeDigits(value / 3600)} h`;
  return `${threeDigits(value / 86_400)} days`;
}

function bytes(value: number, suffix: string): string {
  const { text, power } = scaled(value, 1024, 1024);
  return `${text} ${bytePrefixes[power] ?? 'B'}${suffix}`;
}

/**
 * A value of a feature for people: three digits and the unit, with bytes, seconds and ratios in the prefix that reads
 * best (`4.2 GiB`, `80 ms`, `97 %`), `1/s` as `568/s`, unknown units as given.
 */
export function formatQuantity(value: number, unit: string): string {
  const perSecond = unit.endsWith('/s') ? unit.slice(0, -2) : null;
  if (byteUnits.includes(unit)) return bytes(value, '');
  if (perSecond !== null && byteUnits.includes(perSecond)) return bytes(value, '/s');
  if (secondUnits.includes(unit)) return seconds(value);
  if (millisecondUnits.includes(unit)) return seconds(value / 1000);
  if (percentUnits.includes(unit)) return `${threeDigits(value)} %`;
  if (unit === 'ratio') return `${threeDigits(value * 100)} %`;
  const { text, power } = scaled(value, 1000, 10_000);
  const number = `${text}${decimalPrefixes[power] ?? ''}`;
  if (unit.startsWith('1/')) return `${number}${unit.slice(1)}`;
  return unit === '' ? number : `${number} ${unit}`;
}

/** Two values with the unit told once where it is the same: `20.1 to 63.2 %`, `790 ms to 4.2 s`. */
export function formatRange(low: number, high: number, unit: string): string {
  const [from, to] = [formatQuantity(low, unit), formatQuantity(high, unit)];
  const [, number, rest] = /^(\S*?)(\/s| .+)?$/.exec(from) ?? [];
  return rest !== undefined && to.endsWith(rest) ? `${number ?? from} to ${to}` : `${from} to ${to}`;
}
