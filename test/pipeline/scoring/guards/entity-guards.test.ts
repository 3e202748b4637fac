import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src/core/random.ts';
import { EntityGuards } from '../../../../src/pipeline/scoring/guards/entity-guards.ts';
import { newGuardMemory, readGuardBytes } from '../../../../src/pipeline/scoring/guards/guard-memory.ts';
import type { RunningReading } from '../../../../src/pipeline/scoring/guards/guard-reading.ts';
import { guardFinding } from '../../../../src/pipeline/scoring/guards/guard-finding.ts';
import { initialGuards } from '../../../../src/pipeline/scoring/guards/initial-guards.ts';
import { fakeGuards } from './fake-guards.ts';
import { fc } from '../../../support/properties.ts';

const HOUR = 4;
const WEEK = 7 * 24 * HOUR;

/** A value each quarter of an hour, with a busy one from 3 to 4 at night, ± noise. */
function nightly(step: number, random: { normal(): number }): number {
  return (Math.floor(step / HOUR) % 24 === 3 ? 2 : 0) + 0.2 * random.normal();
}

function afterWeeks(weeks: number, value = nightly): EntityGuards {
  const guards = fakeGuards(1);
  const random = createRandom(3);
  for (let step = 0; step < weeks * WEEK; step++) guards.read(step, Float64Array.of(value(step, random)));
  return guards;
}

function namesOf({ exceedances }: RunningReading): string[] {
  return exceedances.map(({ guard }) => guard);
}

describe('EntityGuards', () => {
  it('speaks of a value beyond all seen, once for a new level', () => {
    const guards = afterWeeks(4);
    const first = guards.read(4 * WEEK, Float64Array.of(6));
    expect(first.g).toBeGreaterThan(0.5);
    expect(namesOf(first)).toContain('value');
    const later = Array.from({ length: 24 }, (_, i) => guards.read(4 * WEEK + 1 + i, Float64Array.of(6)).g);
    expect(Math.max(...later)).toBeLessThan(first.g);
  });

  it('speaks of the busy hour when it comes at another time, and not when it comes at its own', () => {
    const usual = afterWeeks(20).read(20 * WEEK + 3 * HOUR, Float64Array.of(2));
    expect(usual.g).toBeLessThan(0.05);
    const odd = afterWeeks(20).read(20 * WEEK + 12 * HOUR, Float64Array.of(2));
    expect(odd.g).toBeGreaterThan(0.2);
    expect(namesOf(odd)).toContain('time_of_day');
    expect(namesOf(odd)).not.toContain('value');
  });

  it('speaks of a mean that strays while each value is usual, and of noise that grows', () => {
    const random = createRandom(5);
    const wide = (): number => random.normal();
    const drifting = afterWeeks(8, wide);
    const drift = Array.from({ length: 24 }, (_, i) => drifting.read(8 * WEEK + i, Float64Array.of(1.6)));
    expect(drift.flatMap(namesOf)).toContain('mean');
    expect(drift.flatMap(namesOf)).not.toContain('value');
    const still = afterWeeks(8, wide);
    const quiet = Array.from({ length: 60 }, (_, i) => still.read(8 * WEEK + i, Float64Array.of(0)));
    expect(quiet.flatMap(namesOf)).toContain('spread');
  });

  it('says in own units what was seen and what had been until then', () => {
    const reading = afterWeeks(4).read(4 * WEEK, Float64Array.of(60));
    const finding = guardFinding(reading, 0, {
      own: true,
      trainedRows: 100_000,
      mean: Float64Array.of(100),
      sd: Float64Array.of(10),
      low: Float64Array.of(0),
      high: Float64Array.of(0),
    });
    expect(finding?.guard).toBe('value');
    expect(finding?.seen).toBeCloseTo(700, 3);
    expect(finding?.high).toBeGreaterThan(115);
    expect(finding?.high).toBeLessThan(135);
  });

  it('calls no value usual that a feature can never have', () => {
    const reading = afterWeeks(4).read(4 * WEEK, Float64Array.of(60));
    const profile = {
      own: true,
      trainedRows: 100_000,
      mean: Float64Array.of(1),
      sd: Float64Array.of(10),
      high: Float64Array.of(30),
    };
    const told = (low: number) => guardFinding(reading, 0, { ...profile, low: Float64Array.of(low) })?.low;
    expect(told(-30)).toBeLessThan(-1);
    expect(told(0)).toBe(0);
  });

  it('goes on to the bit from its bytes, and takes no step twice', () => {
    const profile = {
      own: true,
      trainedRows: 100_000,
      mean: Float64Array.of(3, 0),
      sd: Float64Array.of(2, 1e-3),
    };
    const setting = {
      profile: { ...profile, low: Float64Array.of(0, 0), high: Float64Array.of(0, 0) },
      stepMs: 300_000,
      timezone: 'Asia/Kathmandu',
    };
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 1, max: 199 }), (seed, stop) => {
        const random = createRandom(seed);
        const rows = Array.from({ length: 200 }, () =>
          Float64Array.of(3 + random.normal(), random.next() < 0.1 ? Number.NaN : 1e-3 * random.normal()),
        );
        const whole = new EntityGuards(setting, newGuardMemory(2, null));
        const first = new EntityGuards(setting, newGuardMemory(2, null));
        const expected = rows.map((row, step) => whole.read(step, row));
        rows.slice(0, stop).forEach((row, step) => first.read(step, row));
        const memory = readGuardBytes(first.toBytes(), 2);
        if (memory === null) throw new Error('the bytes were not read back');
        const again = new EntityGuards(setting, memory);
        const rest = rows
          .slice(Math.max(0, stop - 5))
          .map((row, i) => again.read(Math.max(0, stop - 5) + i, row));
        expect(rest.slice(Math.min(5, stop))).toEqual(expected.slice(stop));
        expect(again.toBytes()).toEqual(whole.toBytes());
      }),
      { numRuns: 20 },
    );
  });

  it('begins anew from bytes of another number of features', () => {
    expect(readGuardBytes(fakeGuards(2).toBytes(), 3)).toBeNull();
    expect(readGuardBytes(new Uint8Array(0), 2)).toBeNull();
  });

  it('is free of units, of the order of features and of whole weeks', () => {
    const of = (unit: number, level: number): EntityGuards =>
      new EntityGuards(
        {
          profile: {
            own: true,
            trainedRows: 100_000,
            mean: Float64Array.of(level, 5),
            sd: Float64Array.of(unit, 2),
            low: Float64Array.of(0, 0),
            high: Float64Array.of(0, 0),
          },
          stepMs: 900_000,
          timezone: 'UTC',
        },
        newGuardMemory(2, null),
      );
    fc.assert(
      fc.property(
        fc.nat(1000),
        fc.constantFrom(1e-6, 0.3, 1024),
        fc.integer({ min: 1, max: 60 }),
        (seed, unit, weeks) => {
          const random = createRandom(seed);
          const rows = Array.from({ length: 300 }, () => [random.normal(), 5 + 2 * random.normal()] as const);
          const plain = of(1, 0);
          const other = of(unit, 7 * unit);
          const turned = new EntityGuards(
            {
              profile: {
                own: true,
                trainedRows: 100_000,
                mean: Float64Array.of(5, 0),
                sd: Float64Array.of(2, 1),
                low: Float64Array.of(0, 0),
                high: Float64Array.of(0, 0),
              },
              stepMs: 900_000,
              timezone: 'UTC',
            },
            newGuardMemory(2, null),
          );
          for (const [step, [x, y]] of rows.entries()) {
            const { g } = plain.read(step, Float64Array.of(x, y));
            expect(other.read(step + weeks * WEEK, Float64Array.of(unit * (x + 7), y)).g).toBeCloseTo(g, 4);
            expect(turned.read(step, Float64Array.of(y, x)).g).toBeCloseTo(g, 12);
          }
        },
      ),
      { numRuns: 20 },
    );
  });

  it('survives values at the ends of the doubles', () => {
    const guards = fakeGuards(1);
    for (const [step, value] of [1e308, -1e308, Number.NaN, 0, 1e-308].entries()) {
      expect(Number.isFinite(guards.read(step, Float64Array.of(value)).g)).toBe(true);
    }
  });
});

describe('initialGuards', () => {
  it('knows the nightly hour of a cohort for an entity that training has not seen', () => {
    const trained = ['a', 'b'].map((entity) => ({ entity, cohort: 'web', guards: afterWeeks(20) }));
    const { cohorts } = initialGuards(trained);
    const profiles = cohorts.get('web');
    expect(profiles?.[3]).toBeGreaterThan(1.5);
    expect(Math.abs(profiles?.[12] ?? 9)).toBeLessThan(0.2);
  });

  it("fills an entity's unknown hours from its cohort, and leaves its own", () => {
    const young = fakeGuards(1);
    young.read(0, Float64Array.of(50));
    const { entities } = initialGuards([
      { entity: 'old', cohort: 'web', guards: afterWeeks(20) },
      { entity: 'young', cohort: 'web', guards: young },
    ]);
    const memory = readGuardBytes(entities.get('young') ?? new Uint8Array(0), 1);
    expect(memory?.floats[3]).toBeGreaterThan(1.5);
    expect(memory?.floats[0]).toBeCloseTo(0.5, 5);
  });
});
