import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explainAt, type LookBack } from '../../src/app/look-back.ts';
import { step } from '../../src/pipeline/step.ts';
import type { PipelineInput } from '../../src/pipeline/inputs.ts';
import { takeCheckpoint } from '../../src/pipeline/take-checkpoint.ts';
import type { StoreWriter } from '../../src/store/store-writer.ts';
import {
  always,
  FIRST,
  moving,
  STEP_MS,
  told,
  world,
  worldInputs,
  worldSpec,
} from '../pipeline/rules/fault-world.ts';
import { openWriter, temporaryDirectory } from '../store/sample-checkpoints.ts';

const GONE = 200;
const STUCK = 230;
const inputs = worldInputs(
  [
    { entity: 'a', speaks: (at) => at < GONE || at >= 260 },
    { entity: 'b', speaks: always, temp: (at) => moving(Math.min(at, STUCK)) },
    { entity: 'c', speaks: (at) => at < 220 },
    { entity: 'd', speaks: always },
  ],
  300,
);

describe('what the rules told, in a store', () => {
  const path = temporaryDirectory();
  let store: StoreWriter;
  let from: LookBack;
  const lives: string[] = [];

  /** Takes some inputs in, from what the store has; every life ends without a word. */
  function live(part: readonly PipelineInput[]): void {
    const state = world(worldSpec, store.readRestoredState([worldSpec], 64));
    const assigned = inputs.filter(({ kind }) => kind === 'assigned');
    for (let at = 0; at < part.length; at += 40) {
      const effects = step(state, [...(at === 0 ? assigned : []), ...part.slice(at, at + 40)]);
      lives.push(...told(effects));
      store.applyCheckpoint(takeCheckpoint(state, effects), { outbox: [] });
    }
  }

  beforeAll(() => {
    store = openWriter(path);
    // Each life reads again what was still open.
    for (const [first, last] of [
      [0, 820],
      [780, 850],
      [810, 1000],
      [960, inputs.length],
    ] as const) {
      live(inputs.slice(first, last));
      store.close();
      store = openWriter(path);
      store.declareDetectors([worldSpec]);
    }
    const models = { inUse: () => Promise.resolve({ activations: [], models: [], usedThen: true }) };
    from = { store, detectors: [worldSpec], models };
  });
  afterAll(() => {
    store.close();
    rmSync(path, { recursive: true, force: true });
  });

  const at = (fromFirst: number): string => new Date((FIRST + fromFirst) * STEP_MS).toISOString();
  const of = (entity: string, time: string | null) => ({ detector: worldSpec.name, entity, at: time });

  it('is what it would have been without restarts', () => {
    expect([...lives].sort()).toEqual(told(step(world(), inputs)).sort());
    expect(lives).toContain('a absence firing → resolved (returned) at 260');
  });

  it('keeps every open alert of an entity apart, and the incidents of each kind', () => {
    const { incidents = [], entities } = store.readRestoredState([worldSpec], 64);
    const open = entities.flatMap(({ openAlerts }) =>
      openAlerts.map(({ entity, kind }) => `${entity} ${kind}`),
    );
    expect(open.sort()).toEqual(['b flatline', 'c absence']);
    expect(incidents.map(({ incident }) => incident.fault)).toEqual(
      expect.arrayContaining([
        { kind: 'absence', entities: 4 },
        { kind: 'flatline', entities: 4 },
      ]),
    );
  });

  it('explains a step that is not there by the absence, and one of a stuck feature by the flatline', async () => {
    await expect(explainAt(from, of('a', at(GONE + 20)))).rejects.toThrow(
      /^a: no data from 2024-10-05 09:20:00 to 19:20:00 UTC \(10 h\); then its data came back\. \(absence, alert [0-9a-f]{16}\) No data of a came/,
    );
    const stuck = await explainAt(from, of('b', at(STUCK + 20)));
    expect(stuck.notes[0]).toContain('b: temp has stood still at 230 °C since 2024-10-05 14:20:00 UTC');
    const newest = await explainAt(from, of('c', null));
    expect(newest.notes[0]).toContain('c: no data since 2024-10-05 12:40:00 UTC, while its source goes on.');
    expect((await explainAt(from, of('b', at(STUCK - 20)))).notes.join()).not.toContain('stood still');
  });
});
