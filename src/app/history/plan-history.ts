import type { DetectorSpec } from '../../core/detector.ts';
import type { Stretch } from './history-source.ts';

/** What of a history is to be read. */
export interface HistoryPlan {
  /** In reading order: wherever the reading is cut off, what was read is spread over all of the span. */
  readonly stretches: readonly Stretch[];
  /** The span is so short that all of it had better be read. */
  readonly isWhole: boolean;
}

/** So many times the history that a first training waits for is read. */
const TIMES_LEAST = 4;
/** A stretch is so many times the longest window: the first rows of a stretch make no window. */
const WINDOWS_A_STRETCH = 4;
/** Not worth leaving out less than that. */
const SPARED = 1.5;
/** Multiples of it fall evenly into [0, 1): so the stretches meet all hours of the day. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** Stretches of a history, spread evenly over the span and over the hours of the day, for detectors that read the same. */
export function planHistory(detectors: readonly DetectorSpec[], span: Stretch): HistoryPlan {
  const stepMs = Math.max(...detectors.map((spec) => spec.stepMs));
  const wantedMs = historyMs(detectors);
  const lengthMs =
    Math.ceil(Math.max(...detectors.map((spec) => WINDOWS_A_STRETCH * longestMs(spec))) / stepMs) * stepMs;
  const fromMs = Math.max(
    span.fromMs,
    span.toMs - Math.max(...detectors.map(({ training }) => training.spanMs)),
  );
  const availableMs = span.toMs - fromMs;
  if (isShort(detectors, availableMs)) return { stretches: [], isWhole: true };
  const count = Math.max(1, Math.ceil(wantedMs / lengthMs));
  const apartMs = availableMs / count;
  const stretches = Array.from({ length: count }, (_, index): Stretch => {
    const share = ((index + 1) * GOLDEN) % 1;
    const startMs =
      Math.ceil((fromMs + index * apartMs + share * Math.max(0, apartMs - lengthMs)) / stepMs) * stepMs;
    return { fromMs: startMs, toMs: Math.min(startMs + lengthMs, span.toMs) };
  });
  return { stretches: spreadOrder(count).flatMap((index) => stretches[index] ?? []), isWhole: false };
}

/** How much of a long history is read. */
export function historyMs(detectors: readonly DetectorSpec[]): number {
  return Math.max(...detectors.map(({ training, stepMs }) => TIMES_LEAST * training.minSteps * stepMs));
}

/** Whether a history is so short that leaving parts of it out is not worth it. */
export function isShort(detectors: readonly DetectorSpec[], availableMs: number): boolean {
  return availableMs <= SPARED * historyMs(detectors);
}

/** How far back the present begins: from it the windows are full soon. */
export function presentMs(detectors: readonly DetectorSpec[]): number {
  return Math.max(...detectors.map((spec) => 2 * longestMs(spec)));
}

const longestMs = ({ windows, stepMs }: DetectorSpec): number => Math.max(...windows) * stepMs;

/* Every beginning of the order is spread evenly (van der Corput): bits of the index, reversed. */
function spreadOrder(count: number): number[] {
  const bits = Math.ceil(Math.log2(Math.max(2, count)));
  const reversed = (index: number): number =>
    Number.parseInt([...index.toString(2).padStart(bits, '0')].reverse().join(''), 2);
  return Array.from({ length: 2 ** bits }, (_, index) => reversed(index)).filter((index) => index < count);
}
