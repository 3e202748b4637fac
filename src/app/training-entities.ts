import type { ClosedVector } from '../pipeline/effects.ts';
import type { TrainingEntity, TrainingSegment } from '../training/training-input.ts';

/** Closed vectors of one detector as training wants them: by entity, cut wherever a step is missing. */
export function trainingEntities(vectors: readonly ClosedVector[]): TrainingEntity[] {
  const byEntity = new Map<string, ClosedVector[]>();
  for (const vector of vectors) {
    const own = byEntity.get(vector.entity);
    if (own === undefined) byEntity.set(vector.entity, [vector]);
    else own.push(vector);
  }
  return [...byEntity].map(([entity, own]) => ({ entity, cohort: '', segments: segmentsOf(own) }));
}

function segmentsOf(vectors: readonly ClosedVector[]): TrainingSegment[] {
  const ordered = [...vectors].sort((a, b) => a.step - b.step);
  const segments: TrainingSegment[] = [];
  let begin = 0;
  for (let index = 1; index <= ordered.length; index++) {
    const isConsecutive = ordered[index]?.step === (ordered[index - 1]?.step ?? 0) + 1;
    if (index < ordered.length && isConsecutive) continue;
    const part = ordered.slice(begin, index);
    const features = part[0]?.values.length ?? 0;
    const values = new Float64Array(part.length * features);
    for (const [row, vector] of part.entries()) values.set(vector.values, row * features);
    segments.push({ firstStep: part[0]?.step ?? 0, count: part.length, values });
    begin = index;
  }
  return segments;
}
