import { writtenDetector, type WrittenDetector } from '../../config/written-detector.ts';
import type { DetectorSpec } from '../../core/detector.ts';
import type { UntriedChange } from '../../server/views/dry-run-view.ts';

/** What an edit changes of a detector, by how a dry run can deal with it; keys as in the file. */
export interface SpecChanges {
  /** The kept vectors show what they do. */
  readonly tried: readonly string[];
  /** So do they, with a model that is trained for it. */
  readonly trained: readonly string[];
  readonly untried: readonly UntriedChange[];
}

const SAMPLES = 'it decides how samples become vectors, and of the last day only the vectors are kept';
const NEW_FEATURE = 'no values of it are kept: it is watched from the reload on';
const GONE_FEATURE = 'the model in use knows it: it is left out from the next training on';

/** Why a key under which something changed can't be tried, by its beginning. */
const REASONS: readonly (readonly [key: RegExp, reason: string])[] = [
  [/^(source|select|entity|cohort|step)$/, SAMPLES],
  [/^(allowed_lateness|absent_after|max_future)$/, 'it judges when samples come, which is not kept'],
  [/^forget_after$/, 'it is about entities that are silent for longer than a day'],
  [/^mode$/, 'both sides count what would be sent, whatever the mode'],
  [/^training\.(span|quarantine|min_steps|fine_tune)$/, 'it shows at the next training'],
  [/^training\./, 'it says when and how to train, not what is found'],
  [/^calibration\./, 'thresholds are held as they are now, so that both sides have the same'],
  [/^alert\.(absence|flatline)(\.|$)/, 'absences and flatlines are not played again, what is scored is'],
  [/^alert\.(severity|runbook_url)$/, 'it is only told with an alert'],
  [/^alert\.repeat_interval$/, 'reminders are not counted'],
  [/^features\.[^.]+\.unit$/, 'it is only told with an alert'],
  [/^features\.[^.]+\.(metric|where|as|quantile|aggregate)$/, SAMPLES],
];

/** Compares a running detector with its edited form. */
export function specChanges(running: DetectorSpec, edited: DetectorSpec): SpecChanges {
  const before = keysOf(writtenDetector(running));
  const after = keysOf(writtenDetector(edited));
  const changed = [...new Set([...before.keys(), ...after.keys()])].filter(
    (key) => before.get(key) !== after.get(key),
  );
  const tried: string[] = [];
  const trained: string[] = [];
  const untried: UntriedChange[] = featureChanges(running, edited);
  for (const key of changed) {
    // Of a feature that is new or gone everything differs.
    if (untried.some((one) => key.startsWith(`${one.key}.`))) continue;
    const reason = REASONS.find(([pattern]) => pattern.test(key))?.[1];
    if (reason !== undefined) untried.push({ key, reason });
    else if (/^(windows$|model\.)/.test(key)) trained.push(key);
    else tried.push(key);
  }
  return { tried, trained, untried };
}

/** The running detector with those of the changes that can be tried. */
export function triedSpec(running: DetectorSpec, edited: DetectorSpec): DetectorSpec {
  const { windows, model, alert } = edited;
  const features = running.features.map((feature) => {
    const { gate: _, ...rest } = feature;
    const same = edited.features.find(({ name }) => name === feature.name);
    if (same === undefined) return feature;
    return same.gate === undefined ? rest : { ...rest, gate: same.gate };
  });
  return { ...running, windows, model, alert, features };
}

function featureChanges(running: DetectorSpec, edited: DetectorSpec): UntriedChange[] {
  const names = (spec: DetectorSpec): string[] => spec.features.map(({ name }) => name);
  const [before, after] = [names(running), names(edited)];
  return [
    ...after.filter((name) => !before.includes(name)).map((name) => ({ name, reason: NEW_FEATURE })),
    ...before.filter((name) => !after.includes(name)).map((name) => ({ name, reason: GONE_FEATURE })),
  ].map(({ name, reason }) => ({ key: `features.${name}`, reason }));
}

/** Leaves as JSON under their dotted keys; features by name, other lists whole. */
function keysOf(written: WrittenDetector): Map<string, string> {
  const leaves = new Map<string, string>();
  const visit = (value: unknown, key: string): void => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value) && key !== 'alert.confirm') {
      for (const [name, inner] of Object.entries(value)) visit(inner, key === '' ? name : `${key}.${name}`);
    } else if (key === 'features') {
      for (const feature of value as readonly WrittenDetector[]) {
        visit(feature, `features.${String(feature['name'])}`);
      }
    } else leaves.set(key, JSON.stringify(value));
  };
  visit(written, '');
  return leaves;
}
