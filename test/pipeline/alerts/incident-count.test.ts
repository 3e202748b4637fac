import { describe, expect, it } from 'vitest';
import type { AlertGrouping } from '../../../src/core/detector.ts';
import {
  IncidentCount,
  incidentRule,
  type GroupedFiring,
} from '../../../src/pipeline/alerts/incident-count.ts';
import { IncidentFold } from '../../../src/pipeline/alerts/incident-fold.ts';
import type { IncidentUpdate } from '../../../src/pipeline/alerts/incident.ts';
import type { AlertTransition } from '../../../src/pipeline/effects.ts';
import { LEVEL_COUNT } from '../../../src/pipeline/scoring/margin-levels.ts';
import { QUIET_STEPS } from '../../../src/pipeline/scoring/near-firing.ts';
import { firingAlert } from '../../delivery/alert-fixtures.ts';
import { fc } from '../../support/properties.ts';
import { spec, stepMs } from './gate-fixtures.ts';

const RULE = { intervalSteps: 40, waitSteps: 1 };
const TOP = LEVEL_COUNT - 1;

interface Lived {
  readonly group: string;
  readonly fires: number;
  readonly lasts: number;
}

/** An alert that fires at all levels up to one. */
function firingOf({ group, fires, lasts }: Lived, to = TOP, goesOn = false): GroupedFiring {
  return { group, firing: { step: fires, from: 0, to, lastStep: fires + lasts, goesOn } };
}

function countOf(firings: readonly GroupedFiring[], rule = RULE): IncidentCount {
  const count = new IncidentCount(rule);
  for (const firing of firings) count.add(firing);
  return count;
}

/** The incidents that the alerts' transitions make, in time. */
function told(alerts: readonly Lived[], grouping: AlertGrouping): number {
  const fold = new IncidentFold({ ...spec, alert: { ...spec.alert, grouping } });
  const transitions = alerts.flatMap(({ group, fires, lasts }, index) => {
    const alert = firingAlert(fires * stepMs, { id: `alert-${index}`, entity: `host-${index}` });
    const begins: AlertTransition = { alert, from: 'pending', to: 'firing', step: fires };
    const step = fires + lasts + QUIET_STEPS;
    const ends: AlertTransition = { alert, from: 'firing', to: 'resolved', step };
    return [
      { group, transition: begins },
      { group, transition: ends },
    ];
  });
  const sink = { incidents: [] as IncidentUpdate[], incidentNotifications: [] };
  transitions
    .sort(
      (a, b) =>
        a.transition.step - b.transition.step ||
        Number(a.transition.to === 'firing') - Number(b.transition.to === 'firing'),
    )
    .forEach(({ group, transition }) => {
      const at = { group: { role: group }, clockMs: (transition.step + 1) * stepMs };
      fold.take(transition, at, sink);
    });
  return new Set(sink.incidents.map(({ incident }) => incident.id)).size;
}

const lived = fc.record({
  group: fc.constantFrom('web', 'db'),
  fires: fc.integer({ min: 0, max: 150 }),
  lasts: fc.integer({ min: 0, max: 40 }),
});

describe('IncidentCount', () => {
  it('counts the incidents that the fold over the alerts would make, whatever the grouping', () => {
    let several = 0;
    fc.assert(
      fc.property(
        fc.array(lived, { maxLength: 15 }),
        fc.constantFrom(0, 1, 4, 30),
        fc.constantFrom(3, 40),
        (alerts, waitSteps, intervalSteps) => {
          const grouping = { by: ['role'], waitMs: waitSteps * stepMs, intervalMs: intervalSteps * stepMs };
          const incidents = countOf(
            alerts.map((alert) => firingOf(alert)),
            incidentRule(grouping, stepMs),
          ).count();
          const expected = told(alerts, grouping);
          expect(incidents).toEqual(new Array<number>(LEVEL_COUNT).fill(expected));
          if (expected > 1 && expected < alerts.length) several += 1;
        },
      ),
    );
    expect(several).toBeGreaterThan(20);
  });

  it('takes a storm of any size as one, of each group', () => {
    const storm = (group: string, entities: number): GroupedFiring[] =>
      Array.from({ length: entities }, (_, entity) =>
        firingOf({ group, fires: 100 + (entity % 7), lasts: 9 }),
      );
    expect(countOf(storm('web', 500)).count()[0]).toBe(1);
    expect(countOf([...storm('web', 500), ...storm('db', 500)]).count()[0]).toBe(2);
    // More than 5 000 members make another incident.
    expect(countOf(storm('web', 5001)).count()[0]).toBe(2);
  });

  it('tells for each level what that offset would have delivered, also where fewer alerts are more incidents', () => {
    const chain = [
      firingOf({ group: 'web', fires: 0, lasts: 30 }, 20),
      firingOf({ group: 'web', fires: 30, lasts: 30 }, 10),
      firingOf({ group: 'web', fires: 60, lasts: 5 }, 20),
    ];
    const incidents = countOf(chain).count();
    expect([incidents[10], incidents[11], incidents[20], incidents[21]]).toEqual([1, 2, 2, 0]);
  });

  it('lets an alert fire later at the levels that it reaches later', () => {
    const slow = [
      { step: 10, from: 0, to: 16 },
      { step: 200, from: 17, to: 32 },
    ].map((one): GroupedFiring => ({ group: 'web', firing: { ...one, lastStep: 210, goesOn: false } }));
    const incidents = countOf([...slow, firingOf({ group: 'web', fires: 12, lasts: 3 })]).count();
    expect([incidents[16], incidents[17]]).toEqual([1, 2]);
  });

  it('goes on beyond the end of a stretch: what joins an incident of before is none of its own', () => {
    const before = countOf([firingOf({ group: 'web', fires: 95, lasts: 4 }, 20)]);
    expect(before.count()[20]).toBe(1);
    const carried = JSON.parse(JSON.stringify(before.carriedTo(100))) as ReturnType<
      IncidentCount['carriedTo']
    >;
    expect(carried).toEqual([{ group: 'web', levels: [0, 20, 95, 104] }]);

    const after = new IncidentCount(RULE, carried);
    after.add(firingOf({ group: 'web', fires: 103, lasts: 3 }));
    after.add(firingOf({ group: 'db', fires: 103, lasts: 3 }, 5));
    const incidents = after.count();
    expect([incidents[5], incidents[20], incidents[21]]).toEqual([1, 0, 1]);
    // It goes on itself: also what fires after its last step of before joins it, within the interval.
    for (const [fires, own] of [
      [120, 0],
      [136, 1],
    ] as const) {
      const later = new IncidentCount(RULE, carried);
      later.add(firingOf({ group: 'web', fires: 99, lasts: 61 }, 20, true));
      later.add(firingOf({ group: 'web', fires, lasts: 3 }, 20));
      expect(later.count()[20]).toBe(own);
    }
    expect(before.carriedTo(136)).toEqual([]);
  });

  it('carries no more than a hundred groups, those with the newest members', () => {
    const many = Array.from({ length: 150 }, (_, index) =>
      firingOf({ group: `group-${String(index).padStart(3, '0')}`, fires: 60 + (index % 30), lasts: 2 }),
    );
    const carried = (firings: readonly GroupedFiring[]) => {
      const count = countOf(firings);
      count.count();
      return count.carriedTo(95);
    };
    expect(carried(many)).toHaveLength(100);
    expect(carried(many)[0]?.levels[2]).toBe(89);
    expect(carried([...many].reverse())).toEqual(carried(many));
  });
});
