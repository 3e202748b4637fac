import type { DetectorSpec } from '../../core/detector.ts';
import { isSameShape } from './detector-shape.ts';

/** Names of the detectors that run no more, or watch otherwise than before. */
export function changedDetectors(former: readonly DetectorSpec[], next: readonly DetectorSpec[]): string[] {
  return former.flatMap((spec) => {
    const now = next.find(({ name }) => name === spec.name);
    return now === undefined || !isSameShape(spec, now) ? [spec.name] : [];
  });
}
