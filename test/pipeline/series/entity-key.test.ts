import { describe, expect, it } from 'vitest';
import { cohortKey, entityKey, labelsOfKey } from '../../../src/pipeline/series/entity-key.ts';
import { fc } from '../../support/properties.ts';

describe('entity keys', () => {
  it('join the values in configured order', () => {
    expect(entityKey(['zone', 'host'], { host: 'db-3', zone: 'eu', job: 'node' })).toBe('eu/db-3');
  });

  it('escape what would make two entities one', () => {
    expect(entityKey(['a', 'b'], { a: 'x/y', b: 'z' })).toBe('x\\/y/z');
    expect(entityKey(['a', 'b'], { a: 'x\\', b: '/z' })).toBe('x\\\\/\\/z');
  });

  it('are different for different values', () => {
    const value = fc.string({ minLength: 1, unit: fc.constantFrom('/', '\\', 'x') });
    fc.assert(
      fc.property(value, value, value, value, (a, b, c, d) => {
        fc.pre(a !== c || b !== d);
        expect(entityKey(['p', 'q'], { p: a, q: b })).not.toBe(entityKey(['p', 'q'], { p: c, q: d }));
      }),
    );
  });

  it('give their labels back', () => {
    const value = fc.string({ minLength: 1, unit: fc.constantFrom('/', '\\', 'x', 'é') });
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 4 }), (values) => {
        const labels = Object.fromEntries(values.map((one, index) => [`l${index}`, one]));
        const names = Object.keys(labels);
        expect(labelsOfKey(names, entityKey(names, labels) ?? '')).toEqual(labels);
      }),
    );
  });

  it('are missing when a label is', () => {
    expect(entityKey(['zone', 'host'], { host: 'db-3' })).toBeNull();
    expect(entityKey(['host'], { host: '' })).toBeNull();
  });

  it('of cohorts take missing labels for empty ones', () => {
    expect(cohortKey(['role', 'tier'], { role: 'db' })).toBe('db/');
    expect(cohortKey([], { role: 'db' })).toBe('');
  });
});
