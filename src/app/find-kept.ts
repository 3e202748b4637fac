import { nearestName } from '../config/nearest-name.ts';
import type { DetectorSpec } from '../core/detector.ts';
import { stepOf } from '../core/step-grid.ts';
import { parseCsvTime, TIME_FORMS } from '../ingest/replay/csv-time.ts';
import type { KeptHistory } from '../pipeline/explain/kept-history.ts';
import type { StoreReader } from '../store/store-reader.ts';
import { LookBackRefusal } from './look-back-refusal.ts';
import { unknownEntityText } from './unknown-entity.ts';

/** Where kept steps are looked for. */
export interface KeptSource {
  readonly store: StoreReader;
  readonly detectors: readonly DetectorSpec[];
}

/** So many steps before the one asked for are read: all that its scores may rest on. */
const REACH = 10_000;

/** The detector of that name. */
export function detectorOf({ detectors }: KeptSource, name: string): DetectorSpec {
  const spec = detectors.find((one) => one.name === name);
  if (spec !== undefined) return spec;
  const names = detectors.map((one) => one.name);
  const near = nearestName(name, names);
  const hint = near === null ? `there are ${names.join(', ')}` : `did you mean ${JSON.stringify(near)}?`;
  throw new LookBackRefusal('unknown', `There is no detector ${JSON.stringify(name)}; ${hint}`);
}

/** The time that a request names. */
export function timeOf(text: string, name: string): number {
  const timeMs = parseCsvTime(text);
  if (timeMs !== null) return timeMs;
  throw new LookBackRefusal('refused', `"${name}" is ${JSON.stringify(text)}; write it as ${TIME_FORMS}.`);
}

/** An entity's kept steps up to one that is kept: the wanted one (Infinity: the newest), or with `before` the last up to it. */
export function historyAt(
  from: KeptSource,
  spec: DetectorSpec,
  entity: string,
  step: number,
  nearest: 'exact' | 'before' = 'exact',
): KeptHistory {
  const { store } = from;
  const newest = stepOf(store.newestMs(spec), spec.stepMs);
  const toStep = Math.min(step, newest);
  const history = store.readHistory(spec, entity, { fromStep: toStep - REACH, toStep });
  if (history === null) throw unknownEntity(from, spec, entity);
  const last = history.kept.at(-1)?.step;
  if (last !== undefined && (last === step || step === Infinity || nearest === 'before')) return history;
  throw notKept(from, spec, entity, step);
}

function unknownEntity({ store }: KeptSource, spec: DetectorSpec, entity: string): LookBackRefusal {
  const names = store.entityNames(spec);
  return new LookBackRefusal('unknown', unknownEntityText(spec.name, entity, names));
}

function notKept({ store }: KeptSource, spec: DetectorSpec, entity: string, step: number): LookBackRefusal {
  const { stepMs } = spec;
  const kept = store.keptSteps(spec, entity, { fromStep: -Infinity, toStep: Infinity });
  const [first, last] = [kept[0], kept.at(-1)];
  const timeText = (of: number): string => new Date(of * stepMs).toISOString();
  if (first === undefined || last === undefined) {
    return new LookBackRefusal('unknown', `No step of ${spec.name} / ${entity} is kept yet.`);
  }
  const range = `kept are ${timeText(first.step)} to ${timeText(last.step)}`;
  const at = Number.isFinite(step) ? timeText(step) : 'that time';
  if (step < first.step) {
    return new LookBackRefusal('unknown', `The step of ${at} is not kept any more; ${range}.`);
  }
  if (step > last.step) {
    return new LookBackRefusal(
      'unknown',
      `The step of ${at} is not closed yet, or no data came since; ${range}.`,
    );
  }
  const before = kept.findLast((one) => one.step < step) ?? first;
  const after = kept.find((one) => one.step > step) ?? last;
  const gap = `No data of ${entity} came at ${at}: nothing lies between ${timeText(before.step)} and ${timeText(after.step)}`;
  return new LookBackRefusal('unknown', `${gap}; ${range}.`);
}
