import { describe, expect, it } from 'vitest';
import { excludedSpans, type PastAlert } from '../../src/training/excluded-spans.ts';
import { fakeSpec } from '../pipeline/scoring/fake-scoring-model.ts';
import { fc } from '../support/properties.ts';

const spec = fakeSpec();
const QUARANTINE = spec.training.quarantineMs / spec.stepMs;

function reasons(
  label: PastAlert['label'],
  age: number,
  others: readonly PastAlert[] = [],
): (string | undefined)[] {
  const newest = 100_000;
  const alert = { entity: 'a', firstStep: newest - age - 10, lastStep: newest - age, label, culprit: 'busy' };
  return excludedSpans([alert, ...others], spec, newest).map((one) => one.reason);
}

describe('excludedSpans', () => {
  it('reaches a longest window before the onset and after the end', () => {
    const alert = { entity: 'a', firstStep: 1000, lastStep: 1010, label: null, culprit: null };
    expect(excludedSpans([alert], spec, 1500)).toEqual([
      { entity: 'a', firstStep: 936, lastStep: 1074, reason: 'alert_in_quarantine' },
    ]);
  });

  it('always leaves out faults of the telemetry, and they are no reason to re-admit what strays', () => {
    const fault: PastAlert = {
      entity: 'a',
      firstStep: 0,
      lastStep: 1,
      label: null,
      culprit: 'busy',
      fault: true,
    };
    expect(reasons(null, QUARANTINE + 1, [fault, fault])).toEqual([
      'alert_seen_once',
      'telemetry_fault',
      'telemetry_fault',
    ]);
    expect(excludedSpans([{ ...fault, label: 'false' }], spec, 100_000)).toEqual([]);
  });

  it('leaves unlabelled alerts out for the quarantine and re-admits them then, if the like came again', () => {
    const again: PastAlert = { entity: 'a', firstStep: 0, lastStep: 1, label: 'false', culprit: 'busy' };
    expect(reasons(null, QUARANTINE, [again])).toEqual(['alert_in_quarantine']);
    expect(reasons(null, QUARANTINE + 1, [again])).toEqual([]);
    const both = { ...again, label: null };
    expect(reasons(null, QUARANTINE + 1, [both])).toEqual([]);
  });

  it('does not take what was seen once for normal, nor what came again elsewhere, otherwise, or was labelled', () => {
    const again: PastAlert = { entity: 'a', firstStep: 0, lastStep: 1, label: 'false', culprit: 'busy' };
    expect(reasons(null, QUARANTINE + 1)).toEqual(['alert_seen_once']);
    expect(reasons(null, QUARANTINE + 1, [{ ...again, entity: 'b' }])).toEqual(['alert_seen_once']);
    expect(reasons(null, QUARANTINE + 1, [{ ...again, culprit: 'load' }])).toEqual(['alert_seen_once']);
    const labelled = reasons(null, QUARANTINE + 1, [{ ...again, label: 'planned' }]);
    expect(labelled).toEqual(['alert_seen_once', 'labelled_planned']);
  });

  it('takes a label that comes later into account, whatever the alerts', () => {
    const alert = fc.record({
      entity: fc.constantFrom('a', 'b'),
      firstStep: fc.integer({ min: 0, max: 9000 }),
      length: fc.nat(500),
      label: fc.constantFrom('real' as const, 'planned' as const, 'false' as const, null),
      culprit: fc.constantFrom('busy', 'load', null),
    });
    fc.assert(
      fc.property(fc.array(alert, { minLength: 1, maxLength: 20 }), fc.nat(19), (made, at) => {
        const alerts = made.map(({ length, ...rest }): PastAlert => ({
          ...rest,
          lastStep: rest.firstStep + length,
        }));
        const index = at % alerts.length;
        const relabelled = alerts.map((one, i) => (i === index ? { ...one, label: 'real' as const } : one));
        const of = relabelled[index];
        const spans = excludedSpans(relabelled, spec, 10_000);
        expect(spans).toContainEqual({
          entity: of?.entity,
          firstStep: (of?.firstStep ?? 0) - 64,
          lastStep: (of?.lastStep ?? 0) + 64,
          reason: 'labelled_real',
        });
        // Nothing that was left out before is let in by it.
        expect(spans.length).toBeGreaterThanOrEqual(
          excludedSpans(alerts, spec, 10_000).filter(({ reason }) => reason !== 'alert_seen_once').length,
        );
      }),
    );
  });

  it('never learns what was labelled real or planned, and always what was labelled false', () => {
    expect([reasons('real', 9000), reasons('planned', 9000), reasons('false', 0)]).toEqual([
      ['labelled_real'],
      ['labelled_planned'],
      [],
    ]);
  });
});
