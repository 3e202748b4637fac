import { describe, expect, it } from 'vitest';
import type { DetectorSpec } from '../../../src/core/detector.ts';
import { planDetectors, type DetectorRecord } from '../../../src/app/reload/detector-plan.ts';
import { isSameShape } from '../../../src/app/reload/detector-shape.ts';
import { detectorSpec } from '../../store/sample-checkpoints.ts';
import { fc } from '../../support/properties.ts';

const spec = detectorSpec();
const [first] = spec.features;
if (first === undefined) throw new Error('the sample has features');
const other: DetectorSpec = { ...spec, features: [first] };
const third: DetectorSpec = { ...spec, entity: ['service'] };
const record: DetectorRecord = { detector: spec.name, serving: spec, next: null, sinceMs: 0 };
const trained = { hasModel: () => true, newestMs: () => 5000 };

describe('the plan of detectors', () => {
  it('takes what is not about vectors over at once', () => {
    const wanted: DetectorSpec = {
      ...spec,
      mode: 'alert',
      model: { ...spec.model, layers: [8] },
      allowedLatenessMs: 1,
      alert: { ...spec.alert, severity: 'page', budget: { count: 1, perMs: 1000, scope: 'entity' } },
      features: spec.features.map((feature) => ({
        ...feature,
        unit: 'parsecs',
        gate: { direction: 'up' as const, minChange: null, worse: null },
      })),
    };
    const plan = planDetectors([wanted], [record], trained);
    expect(plan).toMatchObject({ serving: [wanted], shadows: [], dropped: [] });
  });

  it.each([
    ['features', other],
    ['entity', third],
    ['select', { ...spec, select: [{ label: 'env', op: '=' as const, value: 'prod' }] }],
    ['step', { ...spec, stepMs: 2 * spec.stepMs }],
    ['windows', { ...spec, windows: [2] }],
    ['source', { ...spec, source: 'elsewhere' }],
  ])('lets a detector with a model go on when its %s changes, and the new one warm up', (_, wanted) => {
    const quiet = { ...wanted, alert: { ...wanted.alert, severity: 'page' } };
    const { serving, shadows, records } = planDetectors([quiet], [record], trained);
    expect(isSameShape(serving[0] as DetectorSpec, spec)).toBe(true);
    expect(serving[0]).toMatchObject({ name: 'hosts', alert: { severity: 'page' } });
    expect(shadows).toMatchObject([{ detector: 'hosts', sinceMs: 5000 }]);
    expect(shadows[0]?.spec).toMatchObject({ name: 'hosts~next', mode: 'observe' });
    expect(isSameShape(shadows[0]?.spec as DetectorSpec, wanted)).toBe(true);
    // A start with the same file goes on with both.
    const later = { hasModel: () => true, newestMs: () => 9000 };
    expect(planDetectors([quiet], records, later)).toEqual({ serving, shadows, records, dropped: [] });
  });

  it('keeps what means nothing to the one that goes on: steps of another length, labels it does not have', () => {
    const wanted: DetectorSpec = {
      ...spec,
      stepMs: 4 * spec.stepMs,
      entity: ['service'],
      alert: {
        ...spec.alert,
        confirm: { steps: 1, of: 1 },
        grouping: { by: ['service'], waitMs: 1, intervalMs: 1 },
      },
    };
    const [serving] = planDetectors([wanted], [record], trained).serving;
    expect(serving?.alert.confirm).toEqual(spec.alert.confirm);
    expect(serving?.alert.grouping).toEqual(spec.alert.grouping);
    expect(serving?.allowedLatenessMs).toBe(spec.allowedLatenessMs);
  });

  it('changes a detector that has no model at once', () => {
    const plan = planDetectors([other], [record], { ...trained, hasModel: () => false });
    expect(plan).toMatchObject({ serving: [other], shadows: [] });
  });

  it('drops what warms up when the file is changed back, or to something else again', () => {
    const { records } = planDetectors([other], [record], trained);
    const back = planDetectors([spec], records, trained);
    expect(back).toMatchObject({ serving: [spec], shadows: [], dropped: ['hosts'] });
    const on = planDetectors([third], records, { ...trained, newestMs: () => 7000 });
    expect(on).toMatchObject({ shadows: [{ sinceMs: 7000 }], dropped: ['hosts'] });
    expect(planDetectors([], records, trained)).toMatchObject({
      serving: [],
      records: [],
      dropped: ['hosts'],
    });
  });

  it('is the same for the same file, by whatever changes it was come to', () => {
    const files = fc.constantFrom<DetectorSpec[]>(
      [],
      [spec],
      [other],
      [third],
      [{ ...spec, mode: 'observe' }],
    );
    fc.assert(
      fc.property(fc.array(files, { minLength: 1, maxLength: 8 }), fc.boolean(), (changes, isTrained) => {
        const facts = { hasModel: () => isTrained, newestMs: () => 1 };
        let known: readonly DetectorRecord[] = [];
        for (const wanted of changes) known = planDetectors(wanted, known, facts).records;
        const wanted = changes.at(-1) ?? [];
        const again = planDetectors(wanted, known, facts);
        expect(again.records).toEqual(known);
        expect(again.dropped).toEqual([]);
        // Whatever warms up is what the file says; without it, what is in use is.
        for (const { serving, next } of again.records) {
          expect(isSameShape(next ?? serving, wanted[0] as DetectorSpec)).toBe(true);
        }
      }),
    );
  });
});
