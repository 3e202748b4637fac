import { nearestName } from '../config/nearest-name.ts';
import { unknownEntityText } from './unknown-entity.ts';

/** Detectors, and by detector what is kept of entities. */
export interface KnownSubjects {
  readonly detectors: readonly string[];
  entities(detector: string): readonly string[];
}

/** Says of a detector or entity that it is not there, with the nearest that is; `null`: all named are, or nothing was read yet. */
export function unknownSubject(
  { detector, entity }: { readonly detector?: string; readonly entity?: string },
  known: KnownSubjects,
): string | null {
  if (detector !== undefined && !known.detectors.includes(detector)) {
    const near = nearestName(detector, known.detectors);
    const hint =
      near === null
        ? `the configuration has ${known.detectors.join(', ')}.`
        : `did you mean ${JSON.stringify(near)}?`;
    return `There is no detector ${JSON.stringify(detector)}; ${hint}`;
  }
  if (entity === undefined) return null;
  const asked = detector === undefined ? known.detectors : [detector];
  const names = [...new Set(asked.flatMap((name) => known.entities(name)))].sort();
  if (names.length === 0 || names.includes(entity)) return null;
  const [only] = asked;
  return unknownEntityText(asked.length === 1 && only !== undefined ? only : null, entity, names);
}
