import { nearestName } from '../config/nearest-name.ts';

/** Says of an entity that a detector does not watch which it does, or which has nearly that name. `names`: all that are kept of it; `null`: of all detectors. */
export function unknownEntityText(detector: string | null, entity: string, names: readonly string[]): string {
  const what =
    detector === null
      ? `No detector watches an entity ${JSON.stringify(entity)}`
      : `Detector ${detector} watches no entity ${JSON.stringify(entity)}`;
  if (names.includes(entity)) return `${what} any more: no data came of it for longer than forget_after.`;
  if (names.length === 0) return `${what}, and no other yet: nothing was read.`;
  const near = nearestEntity(entity, names);
  const some = names.slice(0, 5).join(', ');
  const more = names.length > 5 ? ` and ${names.length - 5} more` : '';
  const hint = near === null ? `there are ${some}${more}.` : `did you mean ${JSON.stringify(near)}?`;
  return `${what}; ${hint}`;
}

/** Names of the configuration have underscores, those of hosts dashes: here both are the same. */
function nearestEntity(entity: string, names: readonly string[]): string | null {
  const plain = names.map((name) => name.replaceAll('-', '_'));
  const near = nearestName(entity, plain);
  return near === null ? null : (names[plain.indexOf(near)] ?? null);
}
