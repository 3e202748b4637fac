import type { DetectorSpec } from '../../core/detector.ts';

/** Where a source's watermark was at least when it closed a step without an entity: `absent_after` later. */
export function watermarkStep(
  { absentAfterMs, stepMs }: Pick<DetectorSpec, 'absentAfterMs' | 'stepMs'>,
  closed: number,
): number {
  return closed + Math.floor(absentAfterMs / stepMs);
}
