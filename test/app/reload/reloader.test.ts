import { beforeEach, describe, expect, it } from 'vitest';
import type { Config } from '../../../src/config/config.ts';
import { ConfigError } from '../../../src/config/problem.ts';
import { Secret } from '../../../src/config/secret.ts';
import { Reloader, type Reload } from '../../../src/app/reload/reloader.ts';
import type { TelemetryEvent } from '../../../src/app/telemetry.ts';
import { createMetrics } from '../../../src/server/metrics.ts';
import { metricValue } from '../../support/strayd-process.ts';
import { configOf } from '../config-fixture.ts';

const config = configOf('/store');
const problem = {
  file: 'strayd.yaml',
  line: 3,
  column: 7,
  path: 'detectors[0].step',
  message: 'no duration',
};

describe('a reload', () => {
  let events: TelemetryEvent[];
  let taken: Reload[];
  let file: () => Config;
  let goOn: (reload: Reload) => Promise<void>;
  let nowMs: number;
  let reloader: Reloader;
  const metrics = createMetrics({ version: '1', nodeVersion: '20' });
  const value = async (name: string): Promise<number | null> =>
    metricValue(await metrics.registry.metrics(), `strayd_config_last_reload_${name}`);

  beforeEach(() => {
    events = [];
    taken = [];
    file = () => config;
    goOn = (reload) => {
      taken.push(reload);
      return Promise.resolve();
    };
    nowMs = 1000;
    reloader = new Reloader({
      config,
      reread: async () => ({ config: file(), warnings: [] }),
      settle: (wanted) => Promise.resolve(wanted),
      goOn: (reload) => goOn(reload),
      report: (event) => void events.push(event),
      metrics,
      nowMs: () => nowMs,
    });
  });

  it('goes on by the file as it is, and says so', async () => {
    const wanted = { ...config, channels: [] };
    file = () => wanted;
    nowMs = 7000;
    expect(await reloader.reload()).toEqual({ kind: 'done', warnings: [] });
    expect(taken).toMatchObject([{ config: wanted, generation: 1 }]);
    expect(events).toMatchObject([{ event: 'reloaded', level: 'info' }]);
    expect([await value('successful'), await value('success_timestamp_seconds')]).toEqual([1, 7]);
    expect(reloader.last).toMatchObject({ successful: true, at: '1970-01-01T00:00:07.000Z' });
  });

  it('of a wrong file changes nothing, and says where it is wrong', async () => {
    file = () => {
      throw new ConfigError([problem]);
    };
    nowMs = 7000;
    expect(await reloader.reload()).toMatchObject({ kind: 'invalid', problems: [problem] });
    expect(taken).toEqual([]);
    expect(events).toMatchObject([{ event: 'reload_failed', level: 'error' }]);
    expect(events[0]?.message).toContain('strayd.yaml:3:7: detectors[0].step: no duration');
    expect([await value('successful'), await value('success_timestamp_seconds')]).toEqual([0, 1]);
    file = () => config;
    expect(await reloader.reload()).toMatchObject({ kind: 'done' });
    expect(await value('successful')).toBe(1);
  });

  it.each<[string, Partial<Config>]>([
    ['kafka.brokers', { kafka: { ...config.kafka, brokers: ['b:1'] } }],
    ['kafka.group_id', { kafka: { ...config.kafka, groupId: 'b' } }],
    [
      'kafka.sasl',
      { kafka: { ...config.kafka, sasl: { mechanism: 'plain', username: 'u', password: new Secret('p') } } },
    ],
    ['store.path', { store: { path: '/elsewhere' } }],
    ['server.listen', { server: { ...config.server, listen: { host: '127.0.0.1', port: 1 } } }],
  ])('that changes %s is refused by name, whatever else there is', async (key, change) => {
    file = () => ({ ...config, ...change, channels: [] });
    const answer = await reloader.reload();
    expect(answer).toMatchObject({ kind: 'refused', problems: [] });
    expect(answer.kind === 'refused' && answer.detail).toContain(`${key} has changed, and needs a restart`);
    expect(taken).toEqual([]);
  });

  it('tells a changed secret, which prints as before, from one that is as it was', async () => {
    const sasl = (password: string): Config['kafka'] => ({
      ...config.kafka,
      sasl: { mechanism: 'plain', username: 'u', password: new Secret(password) },
    });
    reloader = new Reloader({
      config: { ...config, kafka: sasl('one') },
      reread: async () => ({ config: file(), warnings: [] }),
      settle: (wanted) => Promise.resolve(wanted),
      goOn: (reload) => goOn(reload),
      report: () => undefined,
      metrics,
      nowMs: () => nowMs,
    });
    file = () => ({ ...config, kafka: sasl('one') });
    expect((await reloader.reload()).kind).toBe('done');
    file = () => ({ ...config, kafka: sasl('two') });
    expect((await reloader.reload()).kind).toBe('refused');
  });

  it('that can not be gone on by leaves the one before, which the next is held against', async () => {
    goOn = () => Promise.reject(new Error('the store was full when strayd stopped'));
    expect(await reloader.reload()).toMatchObject({ kind: 'refused' });
    expect(reloader.configOf(1)).toBe(config);
    expect(events[0]?.message).toContain('the store was full');
  });

  it('that comes while others are under way reads the file once more, and only once', async () => {
    const release: (() => void)[] = [];
    let reads = 0;
    file = () => {
      reads += 1;
      return config;
    };
    goOn = (reload) => {
      taken.push(reload);
      return new Promise((resolve) => release.push(resolve));
    };
    const all = [reloader.reload()];
    // The first has its turn, all others wait for theirs.
    while (release.length === 0) await Promise.resolve();
    all.push(reloader.reload(), reloader.reload(), reloader.reload());
    release.shift()?.();
    while (release.length === 0) await Promise.resolve();
    release.shift()?.();
    expect((await Promise.all(all)).map(({ kind }) => kind)).toEqual(['done', 'done', 'done', 'done']);
    expect(reads).toBe(2);
    expect(taken.map(({ generation }) => generation)).toEqual([1, 2]);
  });

  it('without a file is refused', async () => {
    const none = new Reloader({
      config,
      reread: null,
      settle: (wanted) => Promise.resolve(wanted),
      goOn: (reload) => goOn(reload),
      report: () => undefined,
      metrics,
      nowMs: () => nowMs,
    });
    expect(await none.reload()).toMatchObject({ kind: 'refused' });
  });
});
