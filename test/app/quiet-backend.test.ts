import { expect, it } from 'vitest';
import { quietBackend } from '../../src/app/quiet-backend.ts';
import type { WindowChange } from '../../src/pipeline/effects.ts';

/** Sunday. */
const NOW = Date.UTC(2026, 10, 22, 3);

function backend(...entities: string[]) {
  const changes: WindowChange[] = [];
  const keeper = {
    detectors: [{ name: 'hosts', entity: ['instance'], cohort: ['role'] }],
    entities: () => entities,
    windows: () => [...new Map(changes.map(({ window }) => [window.id, window])).values()],
    change: (change: WindowChange) => Promise.resolve(changes.push(change)),
  };
  return { changes, quiet: quietBackend(keeper, () => NOW) };
}

it('takes planned work that comes again for a month at most', async () => {
  const { quiet, changes } = backend();
  const long = await quiet.maintain({ schedule: '*/5 * * * *', duration: '1y' });
  expect(long).toEqual({
    kind: 'refused',
    detail:
      '"duration" is "1y": planned work that comes again lasts at most 31d; for what is longer give "start" and "end".',
  });
  expect(changes).toEqual([]);
  const month = await quiet.maintain({ schedule: '*/5 * * * *', duration: '31d' });
  expect(month).toMatchObject({ kind: 'done', value: { active: true } });
});

it.each([
  ['1 Nov', '2026-11-02T00:00:00Z', 'start'],
  ['2026-11-01T00:00:00Z', 'Sat, foo 28 Nov 2026', 'end'],
  ['2026-11-01T00:00:00', '2026-11-02T00:00:00Z', 'start'],
])('takes no time such as %s to %s', async (start, end, name) => {
  const { quiet, changes } = backend();
  const value = name === 'start' ? start : end;
  expect(await quiet.maintain({ start, end })).toEqual({
    kind: 'refused',
    detail: `"${name}" is ${JSON.stringify(value)}; write it as RFC 3339 with a zone (2026-11-24T03:00:00Z) or epoch seconds (1795489200).`,
  });
  expect(changes).toEqual([]);
});

it('takes times in RFC 3339 and in epoch seconds', async () => {
  const answer = await backend().quiet.maintain({ start: '1795489200', end: '2026-11-24T06:00:00+01:00' });
  expect(answer).toMatchObject({
    value: { start: '2026-11-24T03:00:00.000Z', end: '2026-11-24T05:00:00.000Z' },
  });
});

it('takes no planned work of a label that no alert has, and says which it could be', async () => {
  const { quiet, changes } = backend();
  const times = { start: '2026-11-24T03:00:00Z', end: '2026-11-24T05:00:00Z' };
  expect(await quiet.maintain({ match: '{instnace=~"db-.*"}', ...times })).toEqual({
    kind: 'unknown',
    detail:
      '"match": alerts know the labels of "entity" and "cohort", "detector" and "severity" only, not "instnace"; did you mean "instance"?',
  });
  expect(changes).toEqual([]);
  const known = '{instance="db-1",role!="web",severity="critical",detector="hosts"}';
  expect(await quiet.maintain({ match: known, ...times })).toMatchObject({ kind: 'done' });
});

it('mutes no entity that is not watched, and says which it could be', async () => {
  const { quiet, changes } = backend('web-1', 'db-3');
  expect(await quiet.mute({ detector: 'hosts', entity: 'web_2', for: '2h' })).toEqual({
    kind: 'unknown',
    detail: 'Detector hosts watches no entity "web_2"; did you mean "web-1"?',
  });
  expect(await quiet.mute({ detector: 'host', for: '2h' })).toMatchObject({ kind: 'unknown' });
  expect(changes).toEqual([]);
  expect(await quiet.mute({ detector: 'hosts', entity: 'db-3', for: '2h' })).toMatchObject({ kind: 'done' });
  // Nothing was read yet: any may come.
  expect(await backend().quiet.mute({ detector: 'hosts', entity: 'x', for: '2h' })).toMatchObject({
    kind: 'done',
  });
});

it('makes a mute of the same longer instead of a second one, never shorter, and says so', async () => {
  const { quiet, changes } = backend('db-3');
  const of = { detector: 'hosts', entity: 'db-3' };
  const first = await quiet.mute({ ...of, for: '2h', comment: 'new disks' });
  expect(first).toMatchObject({ value: { end: '2026-11-22T05:00:00.000Z' } });
  expect(first).not.toHaveProperty('value.note');
  expect(await quiet.mute({ ...of, for: '4h' })).toMatchObject({
    value: {
      end: '2026-11-22T07:00:00.000Z',
      comment: 'new disks',
      note: 'It was muted until 2026-11-22T05:00:00.000Z already: that mute is longer now.',
    },
  });
  const id = changes[0]?.window.id ?? '';
  expect(await quiet.mute({ ...of, for: '1h', comment: 'almost done' })).toMatchObject({
    value: {
      end: '2026-11-22T07:00:00.000Z',
      comment: 'almost done',
      note: `It was muted until 2026-11-22T07:00:00.000Z already, which is later: that stays. To end it sooner, end it (strayd alerts mute --off ${id}) and mute anew.`,
    },
  });
  expect(quiet.windows(['mute'])).toHaveLength(1);
  // Of all of the detector is another one.
  await quiet.mute({ detector: 'hosts', for: '1h' });
  expect(quiet.windows(['mute'])).toHaveLength(2);
});

it('says of planned work without an end that it is always in force, and how it is taken back', async () => {
  const answer = await backend().quiet.maintain({ schedule: '* * * * *', duration: '2h' });
  expect(answer).toMatchObject({
    value: {
      note: expect.stringMatching(/^Mind: it begins anew .* "strayd alerts maintenance remove \w+"\.$/),
    },
  });
});
