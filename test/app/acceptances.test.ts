import { expect, it } from 'vitest';
import {
  AcceptanceRefusal,
  acceptanceOfAlert,
  acceptanceOutcome,
  deployAcceptances,
} from '../../src/app/acceptances.ts';
import type { DetectorSpec } from '../../src/core/detector.ts';
import type { StoreReader } from '../../src/store/store-reader.ts';
import { firingAlert } from '../delivery/alert-fixtures.ts';
import { spec } from '../pipeline/alerts/gate-fixtures.ts';

const other: DetectorSpec = { ...spec, name: 'other', stepMs: 60_000 };
const config = { detectors: [spec, other] };
const newestMs = Date.UTC(2026, 10, 24, 12);
const store = {
  entityNames: ({ name }: DetectorSpec) => (name === 'hosts' ? ['db-3', 'web-1'] : []),
  newestMs: ({ name }: DetectorSpec) => (name === 'hosts' ? newestMs : -Infinity),
} as StoreReader;

it('a deployment is about alerts that begin within an hour of it, in each detector’s own steps', () => {
  const time = '2026-11-24T03:00:00+01:00';
  const made = deployAcceptances({ entity: 'db-3', time }, { store, config }, newestMs);
  expect(made.map(({ view }) => view)).toEqual(
    ['hosts', 'other'].map((detector) => ({
      detector,
      entity: 'db-3',
      match: null,
      from: '2026-11-24T01:00:00.000Z',
      to: '2026-11-24T03:00:00.000Z',
    })),
  );
  expect(made[1]?.accepted.toStep).toBe(Date.UTC(2026, 10, 24, 3) / 60_000);
});

it('without a time it is the newest in the data, and a selector goes with the word', () => {
  const match = '{instance=~"web-.*"}';
  const [made] = deployAcceptances({ detector: 'hosts', match }, { store, config }, newestMs);
  expect(made?.view).toMatchObject({ entity: null, match, from: '2026-11-24T11:00:00.000Z' });
  expect(made?.accepted.match).toEqual([{ label: 'instance', op: '=~', value: 'web-.*' }]);
});

it.each([
  [{ entity: 'web_2' }, 'unknown', 'Detector hosts watches no entity "web_2"; did you mean "web-1"?'],
  [
    { entity: 'db-3', time: '2026-11-24T13:00:01Z' },
    'invalid',
    '"2026-11-24T13:00:01Z" is more than an hour ahead',
  ],
  [{ detector: 'nobody', entity: 'a' }, 'unknown', 'There is no detector "nobody".'],
  [{ detector: 'other', entity: 'a' }, 'refused', 'Detector other has no data yet'],
  [{ match: '{instance' }, 'invalid', '"match" is no PromQL selector'],
  [{ match: '{host="db-3"}' }, 'unknown', 'not "host"; those are: instance'],
  [{ entity: 'db-3', time: 'soon' }, 'invalid', '"soon" is no time'],
] as const)('%j is refused with the way out', async (event, kind, detail) => {
  const outcome = await acceptanceOutcome(async () => deployAcceptances(event, { store, config }, newestMs));
  expect(outcome).toMatchObject({ kind, detail: expect.stringContaining(detail) as string });
  expect(() => deployAcceptances(event, { store, config }, newestMs)).toThrow(AcceptanceRefusal);
});

it.each(['absence', 'flatline'] as const)('an alert of kind %s has no level to accept', async (kind) => {
  const record = { alert: firingAlert(0, { kind }), stepMs: 15_000 };
  const known = { store: { showAlert: () => record } as unknown as StoreReader, config };
  const outcome = await acceptanceOutcome(async () => acceptanceOfAlert('3f2a9c0d11e2b4a7', known));
  expect(outcome).toMatchObject({
    kind: 'refused',
    detail: expect.stringContaining(`alert.${kind}: off`) as string,
  });
});
