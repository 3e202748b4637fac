import type { DetectorSpec } from '../../core/detector.ts';
import { isSameShape, servingSpec, shadowSpec } from './detector-shape.ts';

/** What the store knows of a configured detector: what it watches, and what warms up to take its place. */
export interface DetectorRecord {
  readonly detector: string;
  readonly serving: DetectorSpec;
  /** As it is configured; `null`: nothing warms up. */
  readonly next: DetectorSpec | null;
  /** Event time at which that began, ms. */
  readonly sinceMs: number;
}

/** One that warms up. */
export interface Shadow {
  /** Of the detector whose place it is to take. */
  readonly detector: string;
  readonly spec: DetectorSpec;
  readonly sinceMs: number;
}

/** Which detectors run. */
export interface DetectorPlan {
  /** Those that people are told of, in the order of the configuration. */
  readonly serving: readonly DetectorSpec[];
  readonly shadows: readonly Shadow[];
  /** What is to be on record of them. */
  readonly records: readonly DetectorRecord[];
  /** Detectors whose shadow is wanted no more. */
  readonly dropped: readonly string[];
}

export interface PlanFacts {
  /** Whether a detector scores: one that does not has nothing to lose. */
  readonly hasModel: (detector: string) => boolean;
  /** Its newest event time, ms. */
  readonly newestMs: (detector: DetectorSpec) => number;
}

/**
 * What to run for a configuration, from what was on record before. A detector that scores and is to watch otherwise goes on as it
 * was, and what it is to become warms up beside it. The same configuration gives the same plan, so that a restart goes on with it.
 */
export function planDetectors(
  wanted: readonly DetectorSpec[],
  known: readonly DetectorRecord[],
  facts: PlanFacts,
): DetectorPlan {
  const records = wanted.map((spec) =>
    recordOf(
      spec,
      known.find(({ detector }) => detector === spec.name),
      facts,
    ),
  );
  const warming = new Map(records.flatMap(({ detector, next }) => (next === null ? [] : [[detector, next]])));
  return {
    serving: records.map(({ serving }) => serving),
    shadows: records.flatMap(({ detector, next, sinceMs }) =>
      next === null ? [] : [{ detector, spec: shadowSpec(next), sinceMs }],
    ),
    records,
    dropped: known.flatMap(({ detector, next }) => {
      const now = warming.get(detector);
      return next !== null && (now === undefined || !isSameShape(next, now)) ? [detector] : [];
    }),
  };
}

function recordOf(spec: DetectorSpec, known: DetectorRecord | undefined, facts: PlanFacts): DetectorRecord {
  const atOnce = { detector: spec.name, serving: spec, next: null, sinceMs: 0 };
  if (known === undefined || isSameShape(known.serving, spec) || !facts.hasModel(spec.name)) return atOnce;
  const isUnderWay = known.next !== null && isSameShape(known.next, spec);
  return {
    detector: spec.name,
    serving: servingSpec(known.serving, spec),
    next: spec,
    sinceMs: isUnderWay ? known.sinceMs : facts.newestMs(known.serving),
  };
}
