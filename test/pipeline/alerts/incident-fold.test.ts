import { describe, expect, it } from 'vitest';
import { IncidentFold } from '../../../src/pipeline/alerts/incident-fold.ts';
import type { IncidentNotification, IncidentUpdate } from '../../../src/pipeline/alerts/incident.ts';
import type { Alert, AlertTransition } from '../../../src/pipeline/effects.ts';
import { firingAlert } from '../../delivery/alert-fixtures.ts';
import { fc } from '../../support/properties.ts';
import { spec, stepMs } from './gate-fixtures.ts';

const MINUTE = 60_000 / stepMs;

/** A fold whose clock is the end of the step that it is given, and what it said. */
class Story {
  fold = new IncidentFold(spec);
  readonly said: string[] = [];
  readonly notifications: IncidentNotification[] = [];
  readonly updates: IncidentUpdate[] = [];
  readonly #alerts = new Map<string, Alert>();

  fires(entity: string, step: number, change: Partial<Alert> = {}): void {
    const alert = firingAlert((step - 2) * stepMs, { id: `${entity}@${step}`, entity, ...change });
    const before = this.#alerts.get(entity);
    this.#alerts.set(entity, alert);
    this.#take({ alert, from: before?.id === alert.id ? 'firing' : 'pending', to: 'firing', step });
  }

  /** An alert that was only on record is told after all. */
  isToldLate(entity: string, step: number): void {
    const alert = { ...this.#of(entity), notified: true };
    this.#alerts.set(entity, alert);
    this.#take({ alert, from: 'firing', to: 'firing', step });
  }

  resolves(entity: string, step: number): void {
    const alert: Alert = {
      ...this.#of(entity),
      state: 'resolved',
      resolvedStep: step,
      resolution: 'recovered',
    };
    this.#alerts.set(entity, alert);
    this.#take({ alert, from: 'firing', to: 'resolved', step });
  }

  goesOn(entity: string, step: number, sinceMinutes: number): void {
    const at = { step, clockMs: (step + 1) * stepMs, sinceMs: sinceMinutes * 60_000 };
    this.#run((sink) => this.fold.remind(this.#of(entity), at, sink), step);
  }

  becomesShift(entity: string, step: number): void {
    const alert: Alert = { ...this.#of(entity), kind: 'shift' };
    this.#alerts.set(entity, alert);
    this.#take({ alert, from: 'firing', to: 'firing', step });
    this.#run((sink) => this.fold.shifted(alert.id, (step + 1) * stepMs, sink), step);
  }

  passes(step: number): void {
    this.#run((sink) => this.fold.release((step + 1) * stepMs, sink), step);
  }

  restart(): void {
    const open = JSON.parse(JSON.stringify(this.fold.open())) as ReturnType<IncidentFold['open']>;
    this.fold = new IncidentFold(spec, open);
  }

  stateOf(entity: string): Alert['state'] {
    return this.#of(entity).state;
  }

  #of(entity: string): Alert {
    const alert = this.#alerts.get(entity);
    if (alert === undefined) throw new Error(`${entity} does not fire`);
    return alert;
  }

  #take(transition: AlertTransition): void {
    const at = { group: {}, clockMs: (transition.step + 1) * stepMs };
    this.#run((sink) => this.fold.take(transition, at, sink), transition.step);
  }

  #run(
    work: (sink: { incidents: IncidentUpdate[]; incidentNotifications: IncidentNotification[] }) => void,
    step: number,
  ): void {
    const sink = { incidents: [] as IncidentUpdate[], incidentNotifications: [] as IncidentNotification[] };
    work(sink);
    this.updates.push(...sink.incidents);
    this.notifications.push(...sink.incidentNotifications);
    for (const { incident, event } of sink.incidentNotifications) {
      const shown = incident.deliver ? '' : ' (on record)';
      this.said.push(`${step} ${event} ${incident.firing}/${incident.alerts}${shown}`);
    }
  }
}

describe('an incident', () => {
  it('of one alert is told after the wait, and its end after another', () => {
    const story = new Story();
    story.fires('db-3', 100);
    expect(story.said).toEqual([]);
    story.passes(101);
    story.resolves('db-3', 110);
    story.passes(110);
    story.passes(111);
    expect(story.said).toEqual(['101 firing 1/1', '111 resolved 0/1']);
    expect(story.notifications.map(({ atMs }) => atMs / stepMs)).toEqual([101, 111]);
    expect(story.fold.open()).toEqual([]);
  });

  it('has all in one first message that fire within the wait, the likeliest first cause on top', () => {
    const story = new Story();
    story.fires('late-onset', 100);
    story.fires('small-part', 100, { firstStepOver: 90, contributions: [] });
    story.fires('first', 100, { firstStepOver: 90 });
    story.passes(101);
    expect(story.said).toEqual(['101 firing 3/3']);
    expect(story.notifications[0]?.members.map(({ entity }) => entity)).toEqual([
      'first',
      'small-part',
      'late-onset',
    ]);
  });

  it('of 500 that come in over a minute makes three messages, whoever was first', () => {
    const story = new Story();
    story.fires('0', 100);
    for (let at = 1; at < 500; at++) story.fires(String(at), 102 + Math.floor(at / 200));
    for (let step = 105; step < 300; step++) story.passes(step);
    for (let at = 0; at < 500; at++) story.resolves(String(at), 300 + Math.floor(at / 10));
    for (let step = 350; step < 360; step++) story.passes(step);
    expect(story.said).toEqual(['102 firing 1/1', '105 firing 500/500', '350 resolved 0/500']);
    expect(new Set(story.updates.map(({ incident }) => incident.id)).size).toBe(1);
    expect(story.notifications.every(({ members }) => members.length <= 20)).toBe(true);
  });

  it('that grows by less than it was says so a group_interval after its last message, and sooner when it has doubled', () => {
    const story = new Story();
    for (const entity of ['a', 'b', 'c']) story.fires(entity, 100);
    story.passes(101);
    story.fires('d', 104);
    story.fires('e', 105);
    story.passes(130);
    expect(story.said).toEqual(['101 firing 3/3']);
    story.fires('f', 131);
    story.passes(132);
    expect(story.said).toEqual(['101 firing 3/3', '132 firing 6/6']);
    story.fires('g', 135);
    story.passes(132 + 10 * MINUTE);
    expect(story.said.slice(2)).toEqual([`${132 + 10 * MINUTE} firing 7/7`]);
    expect(story.notifications.at(-1)).toMatchObject({
      more: 1,
      members: [{ entity: 'g' }, {}, {}, {}, {}, {}, {}],
    });
  });

  const fleet = Array.from({ length: 40 }, (_, at) => `host-${at}`);

  /** 40 hosts are told; so many minutes later the database strays, less than any of them. */
  function withDatabase(minutes: number): Story {
    const story = new Story();
    for (const host of fleet) story.fires(host, 100);
    story.passes(101);
    story.fires('payments-db', 100 + minutes * MINUTE, { peakScore: 1 });
    return story;
  }

  it.each([false, true])(
    'names what joined after its message a group_interval after that, on top (restart: %s)',
    (restarts) => {
      const story = withDatabase(8);
      if (restarts) story.restart();
      story.passes(100 + 10 * MINUTE);
      expect(story.said).toEqual(['101 firing 40/40']);
      story.passes(101 + 10 * MINUTE);
      expect(story.said.slice(1)).toEqual([`${101 + 10 * MINUTE} firing 41/41`]);
      expect(story.notifications.at(-1)).toMatchObject({ more: 1, incident: { toldAlerts: 41 } });
      expect(story.notifications.at(-1)?.members[0]?.entity).toBe('payments-db');
      story.passes(300);
      expect(story.said).toHaveLength(2);
    },
  );

  it.each([false, true])('names it at once when all that was told is over (restart: %s)', (restarts) => {
    const story = withDatabase(2);
    for (const host of fleet) {
      story.resolves(host, 112);
      if (restarts) story.restart();
    }
    story.passes(113);
    expect(story.said).toEqual(['101 firing 40/40', '113 firing 1/41']);
    expect(story.notifications.at(-1)?.members[0]?.entity).toBe('payments-db');
  });

  it('names in its end what had no message of its own, after the first cause', () => {
    const story = withDatabase(2);
    for (const entity of ['payments-db', ...fleet]) story.resolves(entity, 112);
    story.passes(114);
    expect(story.said).toEqual(['101 firing 40/40', '114 resolved 0/41']);
    expect(story.notifications.at(-1)?.members[1]?.entity).toBe('payments-db');
  });

  it('names what still fires above what is over, however weak', () => {
    const story = withDatabase(2);
    story.passes(101 + 10 * MINUTE);
    for (const host of fleet) story.resolves(host, 160);
    story.goesOn('payments-db', 400, 60);
    expect(story.said.at(-1)).toBe('400 firing 1/41');
    expect(story.notifications.at(-1)?.members[0]?.entity).toBe('payments-db');
  });

  it('that alerts trickle into says so at most once a group_interval, and leaves none of them untold', () => {
    const story = withDatabase(1);
    for (let minute = 2; minute < 600; minute += 3) {
      story.fires(`late-${minute}`, 100 + minute * MINUTE);
      story.resolves(`late-${minute}`, 101 + minute * MINUTE);
    }
    const firing = story.notifications.filter(({ event }) => event === 'firing');
    expect(firing.length).toBeLessThanOrEqual(1 + 60);
    expect(firing.length).toBeGreaterThan(50);
    const named = new Set(firing.flatMap(({ members }) => members.map(({ entity }) => entity)));
    for (let minute = 2; minute < 580; minute += 3) expect(named).toContain(`late-${minute}`);
  });

  it('whose members relieve each other says so less and less often', () => {
    const story = new Story();
    const last = 240;
    for (let minute = 0; minute < last; minute += 2) {
      story.fires(`m-${minute}`, 100 + minute * MINUTE);
      if (minute > 0) story.resolves(`m-${minute - 2}`, 101 + minute * MINUTE);
    }
    expect(story.notifications.every(({ event }) => event === 'firing')).toBe(true);
    expect(story.notifications.length).toBeLessThanOrEqual(10 + last / 10);
  });

  it('tells whatever joins and goes on within a group_interval, the same with a restart after each event', () => {
    const events = fc.array(
      fc.record({
        entity: fc.integer({ min: 0, max: 80 }),
        after: fc.integer({ min: 0, max: 12 }),
        restarts: fc.boolean(),
      }),
      { maxLength: 200 },
    );
    let updates = 0;
    fc.assert(
      fc.property(events, (some) => {
        const lived = (restarts: boolean): Story => {
          const story = new Story();
          const firing = new Set<string>();
          let step = 100;
          for (const one of some) {
            step += one.after;
            const entity = `host-${one.entity}`;
            if (firing.delete(entity)) story.resolves(entity, step);
            else story.fires(entity, step);
            if (story.stateOf(entity) === 'firing') firing.add(entity);
            if (restarts && one.restarts) story.restart();
          }
          story.passes(step + 10 * MINUTE);
          return story;
        };
        const whole = lived(false);
        expect(lived(true).notifications).toEqual(whole.notifications);
        expect(lived(true).updates).toEqual(whole.updates);
        for (const { incident } of whole.fold.open()) expect(incident.toldAlerts).toBe(incident.alerts);
        for (const { incident, members } of whole.notifications) {
          if (incident.firing > 0) expect(members[0]?.state).toBe('firing');
        }
        updates += whole.notifications.filter(({ more }) => more !== undefined).length;
      }),
    );
    expect(updates).toBeGreaterThan(50);
  });

  it('kept by an earlier version, without what was not told, goes on', () => {
    const story = withDatabase(2);
    const [kept] = story.fold.open();
    if (kept === undefined) throw new Error('no incident is open');
    const { untold, ...incident } = kept.incident;
    expect(untold).toHaveLength(1);
    story.fold = new IncidentFold(spec, [{ ...kept, incident: { ...incident, dueMs: null } }]);
    story.fires('web', 120);
    story.passes(101 + 10 * MINUTE);
    expect(story.said.slice(1)).toEqual([`${101 + 10 * MINUTE} firing 42/42`]);
  });

  it('takes no alert that comes long after its newest one: that one is news', () => {
    const story = new Story();
    story.fires('stuck', 100);
    story.passes(101);
    story.fires('news', 101 + 10 * MINUTE);
    story.passes(101 + 11 * MINUTE);
    expect(story.said).toEqual(['101 firing 1/1', '145 firing 1/1']);
    expect(story.fold.open()).toHaveLength(2);
  });

  it('goes on when another fires before its end was told', () => {
    const story = new Story();
    story.fires('a', 100);
    story.passes(101);
    story.resolves('a', 110);
    story.fires('b', 110);
    story.passes(130);
    story.resolves('b', 131);
    story.passes(133);
    expect(story.said).toEqual(['101 firing 1/1', '130 firing 1/2', '133 resolved 0/2']);
  });

  it('keeps apart what people are told of and what is only on record, also if it is told late', () => {
    const story = new Story();
    story.fires('a', 100, { notified: false });
    story.fires('b', 100, { notified: false });
    story.passes(101);
    story.isToldLate('a', 104);
    story.passes(105);
    story.resolves('b', 106);
    story.passes(107);
    expect(story.said).toEqual([
      '101 firing 2/2 (on record)',
      '105 firing 1/1',
      '107 resolved 0/1 (on record)',
    ]);
  });

  it('is the same after a restart at any place', () => {
    const lived = (restarts: boolean): Story => {
      const story = new Story();
      const pause = (): void => {
        if (restarts) story.restart();
      };
      for (const [entity, step] of [
        ['a', 100],
        ['b', 100],
        ['c', 103],
        ['d', 104],
        ['e', 105],
      ] as const) {
        story.fires(entity, step);
        pause();
      }
      story.passes(120);
      pause();
      for (const [entity, step] of [
        ['b', 121],
        ['a', 125],
        ['e', 126],
        ['d', 127],
        ['c', 130],
      ] as const) {
        story.resolves(entity, step);
        pause();
      }
      story.passes(140);
      return story;
    };
    const whole = lived(false);
    expect(lived(true).notifications).toEqual(whole.notifications);
    expect(lived(true).updates).toEqual(whole.updates);
    expect(whole.said).toEqual(['103 firing 2/2', '105 firing 4/4', '140 resolved 0/5']);
  });

  it('is told at once when its time has passed by the wall clock', () => {
    const story = new Story();
    story.fires('a', 100);
    const [waiting] = story.fold.waiting();
    expect(waiting?.waitMs).toBe(15_000);
    const sink = { incidents: [], incidentNotifications: [] as IncidentNotification[] };
    story.fold.tell(waiting?.id ?? '', sink);
    story.fold.tell(waiting?.id ?? '', sink);
    expect(sink.incidentNotifications.map(({ event }) => event)).toEqual(['firing']);
    expect(story.fold.waiting()).toEqual([]);
  });
});

describe('alerts that become a shift', () => {
  it.each([false, true])('are told once an incident, with one of them on top (restarts: %s)', (restarts) => {
    const story = new Story();
    for (const entity of ['a', 'b', 'c', 'd']) story.fires(entity, 100);
    story.passes(101);
    for (const [entity, step] of [
      ['c', 1200],
      ['d', 1200],
      ['a', 1203],
      ['b', 1230],
    ] as const) {
      story.becomesShift(entity, step);
      if (restarts) story.restart();
    }
    story.passes(1260);
    expect(story.said).toEqual(['101 firing 4/4', '1203 firing 4/4']);
    const told = story.notifications.at(-1);
    expect(told?.members.map(({ entity, kind }) => `${entity} ${kind}`)).toEqual([
      'c shift',
      'd shift',
      'a anomaly',
      'b anomaly',
    ]);
    expect(told?.atMs).toBe(1202 * stepMs);
  });

  it('are told though another alert joins before that', () => {
    const story = new Story();
    for (const entity of ['a', 'b', 'c']) story.fires(entity, 100);
    story.passes(101);
    story.becomesShift('a', 103);
    story.fires('d', 104);
    story.passes(110);
    expect(story.said).toEqual(['101 firing 3/3', '110 firing 4/4']);
  });
});

describe('an alert that goes on', () => {
  it('reminds of its incident once the time has passed since anything was said of it, and not before it was told', () => {
    const story = new Story();
    story.fires('a', 100);
    story.goesOn('a', 100, 0);
    story.fires('b', 100);
    story.passes(100 + MINUTE);
    const told = story.notifications.length;
    expect(told).toBe(1);
    story.goesOn('a', 100 + 30 * MINUTE, 60);
    expect(story.notifications).toHaveLength(told);
    story.goesOn('a', 100 + 90 * MINUTE, 60);
    // The other alert of the incident has its turn a little later, when people know.
    story.goesOn('b', 100 + 95 * MINUTE, 60);
    expect(story.notifications).toHaveLength(told + 1);
    expect(story.notifications.at(-1)).toMatchObject({
      event: 'firing',
      atMs: (101 + 90 * MINUTE) * stepMs,
      incident: { told: 2, alerts: 2, dueMs: null },
    });
    story.restart();
    story.goesOn('b', 100 + 160 * MINUTE, 60);
    expect(story.notifications.at(-1)?.incident.told).toBe(3);
  });

  it('of an incident that is only on record says nothing', () => {
    const story = new Story();
    story.fires('a', 100, { notified: false });
    story.passes(100 + MINUTE);
    const told = story.notifications.length;
    story.goesOn('a', 100 + 90 * MINUTE, 60);
    expect(story.notifications).toHaveLength(told);
  });
});
