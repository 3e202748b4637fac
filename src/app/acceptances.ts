import type { Config } from '../config/config.ts';
import { parseSelector } from '../config/selector.ts';
import { unknownLabelText } from '../config/unknown-label.ts';
import type { DetectorSpec, LabelMatcher } from '../core/detector.ts';
import { isFault } from '../pipeline/alerts/is-fault.ts';
import type { Acceptance } from '../pipeline/alerts/acceptance.ts';
import type { AcceptanceView, DeployEvent } from '../server/views/acceptance-view.ts';
import type { Outcome } from '../server/outcome.ts';
import type { StoreReader } from '../store/store-reader.ts';
import { unknownEntityText } from './unknown-entity.ts';

const HOUR_MS = 3_600_000;

/** What can't be accepted; `kind` says whether what it names is not there, not to be accepted, or not well put. */
export class AcceptanceRefusal extends Error {
  readonly kind: 'unknown' | 'refused' | 'invalid';

  constructor(kind: AcceptanceRefusal['kind'], message: string) {
    super(message);
    this.name = 'AcceptanceRefusal';
    this.kind = kind;
  }
}

/** What the pipeline is to be told, and how people are shown it. */
export interface NewAcceptance {
  readonly accepted: Omit<Acceptance, 'effectiveStep'>;
  readonly view: AcceptanceView;
}

interface Known {
  readonly store: StoreReader;
  readonly config: Pick<Config, 'detectors'>;
}

/** The acceptance of one firing alert's level. Throws an `AcceptanceRefusal` if there is none, or it does not fire. */
export function acceptanceOfAlert(id: string, { store, config }: Known): NewAcceptance {
  const record = store.showAlert(id);
  if (record === null) {
    const detail = `There is no alert ${JSON.stringify(id)}; "strayd alerts list" shows those that there are.`;
    throw new AcceptanceRefusal('unknown', detail);
  }
  const { alert, stepMs } = record;
  if (alert.state !== 'firing') {
    const detail = `Alert ${id} is ${alert.state}: only the level of one that fires can be accepted.`;
    throw new AcceptanceRefusal('refused', detail);
  }
  if (isFault(alert)) {
    const detail = `Alert ${id} is ${alert.kind === 'absence' ? 'an absence' : 'a flatline'}: it has no level that could be accepted. It ends by itself; "strayd alerts mute" keeps it quiet, and alert.${alert.kind}: off in the detector ends such alerts.`;
    throw new AcceptanceRefusal('refused', detail);
  }
  const spec = config.detectors.find(({ name }) => name === alert.detector);
  if (spec === undefined) {
    throw new AcceptanceRefusal('refused', `Detector ${alert.detector} is not configured any more.`);
  }
  const step = alert.firstStepOver;
  return newAcceptance(spec, {
    entity: alert.entity,
    match: [],
    text: null,
    fromStep: step,
    toStep: step,
    stepMs,
  });
}

/**
 * The acceptances of a deployment, one a detector: of alerts that begin within an hour before or after it. Throws an
 * `AcceptanceRefusal` for an unknown detector or entity, a bad selector, or a time that is none or over an hour ahead. `nowMs`: wall clock.
 */
export function deployAcceptances(
  event: DeployEvent,
  { store, config }: Known,
  nowMs: number,
): NewAcceptance[] {
  const specs = config.detectors.filter(
    ({ name }) => event.detector === undefined || name === event.detector,
  );
  if (specs.length === 0) {
    throw new AcceptanceRefusal('unknown', `There is no detector ${JSON.stringify(event.detector)}.`);
  }
  const match = event.match === undefined ? [] : matchersOf(event.match);
  const unknown = unknownLabelText(match, specs);
  if (unknown !== null) throw new AcceptanceRefusal('unknown', `"match": ${unknown}`);
  checkEntity(event, specs, store);
  return specs.map((spec) => {
    // Of the data, not of the clock: what was deployed shows in what is read.
    const atMs = event.time === undefined ? store.newestMs(spec) : Date.parse(event.time);
    if (!Number.isFinite(atMs)) {
      const detail =
        event.time === undefined
          ? `Detector ${spec.name} has no data yet: nothing that a deployment could change.`
          : `${JSON.stringify(event.time)} is no time; write it as 2026-11-24T03:10:00Z.`;
      throw new AcceptanceRefusal(event.time === undefined ? 'refused' : 'invalid', detail);
    }
    // Data may lag behind the clock, and in a replay run ahead of it.
    if (atMs > Math.max(store.newestMs(spec), nowMs) + HOUR_MS) {
      const detail = `${JSON.stringify(event.time)} is more than an hour ahead; tell of a deployment when it is done, and of planned work with "strayd alerts maintenance add".`;
      throw new AcceptanceRefusal('invalid', detail);
    }
    return newAcceptance(spec, {
      entity: event.entity ?? null,
      match,
      text: event.match ?? null,
      fromStep: Math.floor((atMs - HOUR_MS) / spec.stepMs),
      toStep: Math.floor((atMs + HOUR_MS) / spec.stepMs),
      stepMs: spec.stepMs,
    });
  });
}

/** An entity is to be watched by one of the detectors, as far as anything was read yet. */
function checkEntity({ entity }: DeployEvent, specs: readonly DetectorSpec[], store: StoreReader): void {
  if (entity === undefined) return;
  const known = specs.map((spec) => ({ name: spec.name, names: store.entityNames(spec) }));
  const unknown = known.filter(({ names }) => names.length > 0 && !names.includes(entity));
  const [first] = unknown;
  if (first === undefined || known.some(({ names }) => names.includes(entity))) return;
  throw new AcceptanceRefusal('unknown', unknownEntityText(first.name, entity, first.names));
}

/** The answer to a request that may be refused. */
export async function acceptanceOutcome<T>(work: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { kind: 'done', value: await work() };
  } catch (error) {
    if (error instanceof AcceptanceRefusal) return { kind: error.kind, detail: error.message };
    throw error;
  }
}

function matchersOf(text: string): readonly LabelMatcher[] {
  const result = parseSelector(text, true);
  if ('matchers' in result) return result.matchers;
  const detail = `"match" is no PromQL selector such as {instance=~"web-.*"}: ${result.fault}.`;
  throw new AcceptanceRefusal('invalid', detail);
}

function newAcceptance(
  { name }: DetectorSpec,
  about: Pick<Acceptance, 'entity' | 'match' | 'fromStep' | 'toStep'> & {
    readonly text: string | null;
    readonly stepMs: number;
  },
): NewAcceptance {
  const { entity, match, text, fromStep, toStep, stepMs } = about;
  const time = (step: number): string => new Date(step * stepMs).toISOString();
  return {
    accepted: { detector: name, entity, match, fromStep, toStep },
    view: { detector: name, entity, match: text, from: time(fromStep), to: time(toStep) },
  };
}
