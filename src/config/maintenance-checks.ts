import { LONGEST_WINDOW_MS } from '../core/longest-window.ts';
import { alwaysInForceText } from './always-in-force.ts';
import type { Findings } from './findings.ts';
import type { ConfigPath } from './problem.ts';
import type { ParsedConfig } from './schema.ts';
import { unknownLabelText } from './unknown-label.ts';

/** The rules of one maintenance window that look at more than one value: it is there once, or again and again. */
export function checkMaintenance(
  { match, schedule, duration, timezone, start, end }: ParsedConfig['maintenance'][number],
  { detectors, path }: { readonly detectors: ParsedConfig['detectors']; readonly path: ConfigPath },
  findings: Findings,
): void {
  const unknown = unknownLabelText(match, detectors);
  if (unknown !== null) findings.error([...path, 'match'], unknown);
  const isOnce = start !== undefined && end !== undefined;
  const recurs = schedule !== undefined && duration !== undefined;
  const parts = [schedule, duration, start, end].filter((part) => part !== undefined).length;
  if (parts !== 2 || (!isOnce && !recurs)) {
    findings.error(
      path,
      'a window needs either "start" and "end", or "schedule" and "duration"; write for example schedule: "0 2 * * 0", duration: 2h',
    );
    return;
  }
  if (recurs && duration > LONGEST_WINDOW_MS) {
    findings.error(
      [...path, 'duration'],
      'planned work that comes again lasts at most 31d; for what is longer write "start" and "end"',
    );
  } else if (recurs) {
    const always = alwaysInForceText({ schedule, timezone, durationMs: duration });
    if (always !== null) findings.warn([...path, 'schedule'], always);
  }
  if (isOnce && end <= start) {
    findings.error([...path, 'end'], 'it must be after "start"');
  }
}
