import { expect, it } from 'vitest';
import { labelsOfKey, groupingOf, groupOf } from '../../../src/pipeline/alerts/incident-group.ts';
import { cohortKey } from '../../../src/pipeline/series/entity-key.ts';
import { spec } from './gate-fixtures.ts';

it('a cohort’s labels come back out of its name, whatever their values hold', () => {
  const names = ['role', 'zone', 'rack'];
  for (const labels of [
    { role: 'web', zone: 'eu/west', rack: String.raw`a\/b\\` },
    { role: '', zone: '/', rack: '' },
  ]) {
    expect(labelsOfKey(names, cohortKey(names, labels))).toEqual(labels);
  }
  expect(labelsOfKey([], '')).toEqual({});
});

it('alerts are grouped by their cohort, unless other labels are named, or none', () => {
  const detector = { ...spec, cohort: ['role', 'zone'] };
  const entity = { labels: { instance: 'db-3' }, cohort: 'web/eu' };
  expect(groupOf(detector, entity)).toEqual({ role: 'web', zone: 'eu' });
  const by = (...names: readonly string[]) => ({
    ...detector,
    alert: { ...detector.alert, grouping: { ...groupingOf(detector), by: names } },
  });
  expect(groupOf(by('zone', 'instance'), entity)).toEqual({ zone: 'eu', instance: 'db-3' });
  expect(groupOf(by(), entity)).toEqual({});
});
