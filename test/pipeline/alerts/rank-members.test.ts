import { describe, expect, it } from 'vitest';
import { rankMembers, type IncidentMember } from '../../../src/pipeline/alerts/rank-members.ts';
import { fc } from '../../support/properties.ts';

function member(entity: string, over: Partial<IncidentMember> & { readonly part?: number }): IncidentMember {
  const { part = 0.5, ...facts } = over;
  const contribution = { feature: 'cpu', unit: '', ratio: part, seen: 2, expected: 1, range: null };
  return {
    detector: 'hosts',
    entity,
    onsetMs: 0,
    stepMs: 15_000,
    peakScore: 5,
    contributions: [contribution],
    ...facts,
  };
}

const order = (members: readonly IncidentMember[]): string[] =>
  rankMembers(members).map(({ entity }) => entity);

describe('rankMembers', () => {
  it('puts who began first on top among members that stray about as far', () => {
    const ranked = order([
      member('late', { onsetMs: 60_000, peakScore: 8 }),
      member('early', { onsetMs: 0, peakScore: 6 }),
    ]);
    expect(ranked).toEqual(['early', 'late']);
  });

  it('puts a weak member behind, however early it began', () => {
    const ranked = order([
      member('by-chance', { onsetMs: 0, peakScore: 1.1 }),
      member('cause', { onsetMs: 60_000, peakScore: 8 }),
    ]);
    expect(ranked).toEqual(['cause', 'by-chance']);
  });

  it('takes onsets two steps apart for the same, and goes by score', () => {
    const ranked = order([
      member('a-step-earlier', { onsetMs: 0, peakScore: 6 }),
      member('stronger', { onsetMs: 30_000, peakScore: 8 }),
    ]);
    expect(ranked).toEqual(['stronger', 'a-step-earlier']);
  });

  it('ranks those that followed by their onset', () => {
    const ranked = order([
      member('last', { onsetMs: 300_000, peakScore: 10 }),
      member('second', { onsetMs: 120_000, peakScore: 6 }),
      member('first', { onsetMs: 0, peakScore: 5 }),
    ]);
    expect(ranked).toEqual(['first', 'second', 'last']);
  });

  it('puts the higher score first where both began at once, then the larger part of one feature', () => {
    const ranked = order([
      member('spread-thin', { peakScore: 10, part: 0.3 }),
      member('lower', { peakScore: 9, part: 0.9 }),
      member('one-feature', { peakScore: 10, part: 0.8 }),
    ]);
    expect(ranked).toEqual(['one-feature', 'spread-thin', 'lower']);
  });

  it('keeps all members, and the order they come in has no effect', () => {
    const members = fc.uniqueArray(
      fc.record({
        detector: fc.constantFrom('hosts', 'shops'),
        entity: fc.constantFrom('a', 'b', 'c', 'd'),
        onsetMs: fc.constantFrom(0, 15_000, 60_000),
        stepMs: fc.constantFrom(15_000, 60_000),
        peakScore: fc.constantFrom(1, 2, 5, 10),
        contributions: fc.constantFrom([], member('x', {}).contributions),
      }),
      { selector: ({ detector, entity }) => `${detector}/${entity}` },
    );
    fc.assert(
      fc.property(members, fc.infiniteStream(fc.nat()), (some, numbers) => {
        const shuffled = some
          .map((one) => ({ one, at: numbers.next().value as number }))
          .sort((a, b) => a.at - b.at)
          .map(({ one }) => one);
        expect(rankMembers(shuffled)).toEqual(rankMembers(some));
        expect(rankMembers(some)).toHaveLength(some.length);
      }),
    );
  });
});
