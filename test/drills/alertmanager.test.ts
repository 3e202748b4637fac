import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { makeChannels } from '../../src/delivery/channel-registry.ts';
import { deliveryService } from '../../src/delivery/delivery-service.ts';
import { firingAlert, levelOf } from '../delivery/alert-fixtures.ts';
import { alertmanagerConfig, testParts } from '../delivery/channel-configs.ts';
import { alertmanagerBinary, amtoolBinary, startAlertmanager } from '../support/alertmanager.ts';
import { freePort } from '../support/free-port.ts';
import { waitFor } from '../support/wait-for.ts';

interface Shown {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
}

/** What amtool shows as firing. */
async function query(url: string, ...matchers: readonly string[]): Promise<readonly Shown[]> {
  const args = ['alert', 'query', ...matchers, `--alertmanager.url=${url}`, '--output=json'];
  const { stdout } = await promisify(execFile)(amtoolBinary.path ?? 'amtool', args);
  return JSON.parse(stdout) as Shown[];
}

/** The minute between two posts passes in a second. */
const SPEED = 60;

it.skipIf(alertmanagerBinary.path === null || amtoolBinary.path === null)(
  `an Alertmanager that comes up late and loses all it knew is right again, as amtool says${amtoolBinary.note}`,
  async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const nowMs = Date.now();
    const db = firingAlert(nowMs - 120_000);
    const web = firingAlert(nowMs - 60_000, {
      id: 'b'.repeat(16),
      entity: 'web-1',
      labels: { instance: 'web-1' },
      severity: 'warning',
    });
    let current = [levelOf(db), levelOf(web)];
    const service = deliveryService({
      channels: makeChannels([alertmanagerConfig([url])], testParts()),
      reader: { pending: () => [] },
      marks: { mark: () => Promise.resolve() },
      current: () => current,
      templateFailed: () => undefined,
      runtime: {
        nowMs: Date.now,
        random: Math.random,
        setTimer: (callback, delayMs) => {
          const timer = setTimeout(callback, delayMs / SPEED);
          return () => clearTimeout(timer);
        },
      },
      report: () => undefined,
    });
    service.wake();

    let alertmanager = await startAlertmanager(null, port);
    const instances = async (...matchers: readonly string[]): Promise<string> =>
      (await query(url, ...matchers))
        .map(({ labels }) => labels['instance'])
        .sort()
        .join();
    const shows = (wanted: string) => waitFor(wanted, async () => (await instances()) === wanted);
    await shows('db-3,web-1');
    expect(await instances('severity=critical')).toBe('db-3');
    expect(await instances('alertname=StraydAnomaly', 'detector=hosts', 'instance=web-1')).toBe('web-1');
    const [shown] = await query(url, 'instance=db-3');
    expect(shown?.annotations['runbook_url']).toBe('https://example.org/runbooks/hosts');
    expect(Date.parse(shown?.startsAt ?? '')).toBe(db.firstStepOver * 15_000);

    await alertmanager.stop();
    alertmanager = await startAlertmanager(null, port);
    await shows('db-3,web-1');

    const ended = { state: 'resolved', resolvedStep: db.firstStepOver + 6, resolution: 'recovered' } as const;
    current = [levelOf({ ...db, ...ended }), levelOf(web)];
    service.wake();
    await shows('web-1');

    // It becomes a shift, and something else happens to it beside that: no third alert, and no end of the first.
    const shift = { ...web, kind: 'shift', kindAtOnset: 'anomaly', stayedStep: web.lastStepOver } as const;
    const other = {
      ...web,
      id: 'c'.repeat(16),
      beside: 'shift',
      firstStepOver: web.firstStepOver + 1,
    } as const;
    current = [levelOf(shift), levelOf(other)];
    service.wake();
    await shows('web-1,web-1');
    const kinds = async () =>
      (await query(url, 'instance=web-1')).map(({ labels, annotations, startsAt }) =>
        [labels['alertname'], labels['beside'] ?? '', annotations['kind'], Date.parse(startsAt)].join(' '),
      );
    expect((await kinds()).sort()).toEqual([
      `StraydAnomaly  shift ${web.firstStepOver * 15_000}`,
      `StraydAnomaly shift anomaly ${other.firstStepOver * 15_000}`,
    ]);
    const resolvedStep = web.firstStepOver + 6;
    current = [shift, other].map((alert) => levelOf({ ...alert, ...ended, resolvedStep }));
    service.wake();
    await shows('');
    await service.stop();
    await alertmanager.stop();
  },
  60_000,
);
