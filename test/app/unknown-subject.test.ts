import { expect, it } from 'vitest';
import { unknownSubject } from '../../src/app/unknown-subject.ts';

const entities: Readonly<Record<string, readonly string[]>> = {
  fleet: ['db-3', 'web-1'],
  pods: ['api-7'],
  new: [],
};
const known = {
  detectors: Object.keys(entities),
  entities: (detector: string) => entities[detector] ?? [],
};

it.each([
  [{ detector: 'flet' }, 'There is no detector "flet"; did you mean "fleet"?'],
  [{ detector: 'quite-else' }, 'There is no detector "quite-else"; the configuration has fleet, pods, new.'],
  [{ detector: 'fleet', entity: 'db-4' }, 'Detector fleet watches no entity "db-4"; did you mean "db-3"?'],
  [{ detector: 'pods', entity: 'db-3' }, 'Detector pods watches no entity "db-3"; there are api-7.'],
  [{ entity: 'web-2' }, 'No detector watches an entity "web-2"; did you mean "web-1"?'],
])('says of %j that it is not there', (filter, text) => {
  expect(unknownSubject(filter, known)).toBe(text);
});

it.each([{}, { detector: 'fleet' }, { entity: 'api-7' }, { detector: 'new', entity: 'to-come' }])(
  'has nothing to say of %j',
  (filter) => {
    expect(unknownSubject(filter, known)).toBeNull();
  },
);
