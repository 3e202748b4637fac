import { describe, expect, it } from 'vitest';
import { excludedSpans } from '../../src/training/excluded-spans.ts';
import { fakeSpec } from '../pipeline/scoring/fake-scoring-model.ts';

const spec = fakeSpec();
const QUARANTINE = spec.training.quarantineMs / spec.stepMs;

function reasons(label: 'real' | 'planned' | 'false' | null, age: number): (string | undefined)[] {
  const newest = 100_000;
  const alert = { entity: 'a', firstStep: newest - age - 10, lastStep: newest - age, label };
  return excludedSpans([alert], spec, newest).map((one) => one.reason);
}

describe('excludedSpans', () => {
  it('reaches a longest window before the onset and after the end', () => {
    const alert = { entity: 'a', firstStep: 1000, lastStep: 1010, label: null };
    expect(excludedSpans([alert], spec, 1500)).toEqual([
      { entity: 'a', firstStep: 936, lastStep: 1074, reason: 'alert_in_quarantine' },
    ]);
  });

  it('leaves unlabelled alerts out for the quarantine and re-admits them then', () => {
    expect(reasons(null, QUARANTINE)).toEqual(['alert_in_quarantine']);
    expect(reasons(null, QUARANTINE + 1)).toEqual([]);
  });

  it('never learns what was labelled real or planned, and always what was labelled false', () => {
    expect([reasons('real', 9000), reasons('planned', 9000), reasons('false', 0)]).toEqual([
      ['labelled_real'],
      ['labelled_planned'],
      [],
    ]);
  });
});
