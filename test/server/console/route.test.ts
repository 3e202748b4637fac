import { describe, expect, it } from 'vitest';
import { entityHash, hashOf, parseRoute } from '../../../src/server/console/route.ts';
import { fc } from '../../support/properties.ts';

describe('addresses of pages', () => {
  it('come back as they were written, whatever the names hold', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (part, value) => {
        const { path, query } = parseRoute(hashOf(['alerts', part], { entity: value }));
        expect([path, query.get('entity')]).toEqual([['alerts', part], value]);
      }),
    );
  });

  it('leave out what is not asked for', () => {
    expect(hashOf([])).toBe('#/');
    expect(hashOf(['alerts'], { state: '', entity: null, detector: undefined })).toBe('#/alerts');
  });

  it('name an entity with its range', () => {
    const hash = entityHash('hosts', 'a b/&?', { fromMs: 1.4, toMs: 2000.6 });
    const { path, query } = parseRoute(hash);
    expect(path).toEqual(['entity']);
    expect(Object.fromEntries(query)).toEqual({ detector: 'hosts', entity: 'a b/&?', from: '1', to: '2001' });
  });

  it('are read even where they are broken', () => {
    expect(parseRoute('')).toEqual({ path: [], query: new URLSearchParams() });
    expect(parseRoute('#/alerts/%E0%A4%A').path).toEqual(['alerts', '%E0%A4%A']);
  });
});
