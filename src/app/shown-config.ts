import { stringify } from 'yaml';
import type { Config } from '../config/config.ts';
import { sizeText } from '../config/fields.ts';
import { Secret } from '../config/secret.ts';
import { writtenDetector } from '../config/written-detector.ts';
import { formatDuration } from '../core/duration.ts';

/** Longer texts (PEM files, templates) would hide what is around them. */
const MOST_TEXT = 300;

/**
 * The running configuration as YAML, every default filled in: keys as in the file, durations and sizes in its notation, secrets as
 * `Secret` shows them.
 */
export function shownConfig(config: Config): string {
  const detectors = config.detectors.map(writtenDetector);
  return stringify(shown({ ...config, detectors }, ''), { lineWidth: 0 });
}

function shown(value: unknown, key: string): unknown {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return 'unlimited';
    if (key.endsWith('Bytes')) return sizeText(value);
    return key.endsWith('Ms') ? formatDuration(value) : value;
  }
  if (typeof value === 'string') return value.length > MOST_TEXT ? `${value.slice(0, MOST_TEXT)}…` : value;
  if (Array.isArray(value)) return value.map((one) => shown(one, key));
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Secret) return value.toString();
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [fileKey(name), shown(one, name)]));
}

/** `allowedLatenessMs` → `allowed_lateness`, `memoryLimitBytes` → `memory_limit`. */
function fileKey(name: string): string {
  return name.replace(/(Ms|Bytes)$/, '').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
