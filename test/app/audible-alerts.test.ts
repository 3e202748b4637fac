import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { audibleAlerts } from '../../src/app/audible-alerts.ts';
import type { TelemetryEvent } from '../../src/app/telemetry.ts';
import type { QuietWindow } from '../../src/pipeline/alerts/quiet-window.ts';
import type { StoreWriter } from '../../src/store/store-writer.ts';
import { firingAlert, levelOf } from '../delivery/alert-fixtures.ts';
import {
  checkpointOf,
  detectorSpec,
  entityRow,
  openWriter,
  temporaryDirectory,
} from '../store/sample-checkpoints.ts';

const HOUR_MS = 3_600_000;
const spec = detectorSpec({ cohort: ['role'] });

const mute: QuietWindow = {
  id: 'w',
  kind: 'mute',
  origin: 'api',
  detector: 'hosts',
  entity: null,
  matchers: [],
  fromMs: 0,
  untilMs: HOUR_MS,
  recurs: null,
  knownFromMs: 0,
  comment: '',
};

describe('the alerts that level channels tell of', () => {
  let store: StoreWriter;
  let nowMs = 1;
  const events: TelemetryEvent[] = [];
  const levels = ['db-3', 'web-1'].map((entity) => {
    const alert = firingAlert(0, { id: entity, entity, labels: { instance: entity } });
    return levelOf(alert);
  });
  const heard = (kept: Pick<StoreWriter, 'quietWindows' | 'cohortOf'> = store) => {
    const report = (event: TelemetryEvent): void => void events.push(event);
    const audible = audibleAlerts({ config: { detectors: [spec] }, store: kept, report, nowMs: () => nowMs });
    return () => audible(levels).map(({ alert }) => alert.id);
  };
  const put = (change: Partial<QuietWindow> = {}): void =>
    store.changeWindows([{ window: { ...mute, ...change }, removed: false }]);

  beforeEach(() => {
    nowMs = 1;
    events.length = 0;
    store = openWriter(temporaryDirectory());
    store.declareDetectors([spec]);
    store.applyCheckpoint(checkpointOf({ entities: [entityRow('db-3', 0), entityRow('web-1', 0)] }), {
      outbox: [],
    });
  });
  afterEach(() => store.close());

  it('are silent while their detector is muted, and back afterwards', () => {
    const list = heard();
    expect(list()).toEqual(['db-3', 'web-1']);
    put();
    expect(list()).toEqual([]);
    nowMs = HOUR_MS;
    expect(list()).toEqual(['db-3', 'web-1']);
  });

  it('are silent in maintenance, where it is of their entity or cohort', () => {
    const list = heard();
    put({ kind: 'maintenance', detector: null, entity: 'web-1' });
    expect(list()).toEqual(['db-3']);
    // The cohort of a sample entity is how its name begins.
    put({ kind: 'maintenance', detector: null, matchers: [{ label: 'role', op: '=', value: 'db' }] });
    expect(list()).toEqual(['web-1']);
  });

  it('go on during a silence of an Alertmanager, which holds them back itself', () => {
    put({ kind: 'silence' });
    expect(heard()()).toEqual(['db-3', 'web-1']);
  });

  it('are told all if the store can not be read, which is reported once', () => {
    const list = heard({
      quietWindows: () => {
        throw new Error('the disk is gone');
      },
      cohortOf: () => '',
    });
    expect([list(), list()]).toEqual([
      ['db-3', 'web-1'],
      ['db-3', 'web-1'],
    ]);
    expect(events.map(({ message }) => message)).toEqual(['Reading what is muted: the disk is gone']);
  });
});
