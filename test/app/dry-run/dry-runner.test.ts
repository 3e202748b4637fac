import { describe, expect, it } from 'vitest';
import { DryRunner } from '../../../src/app/dry-run/dry-runner.ts';
import type { DryRunJob } from '../../../src/app/dry-run/dry-run-messages.ts';
import type { ChildEnd } from '../../../src/app/run-in-child.ts';
import type { TelemetryEvent } from '../../../src/app/telemetry.ts';
import { createMetrics } from '../../../src/server/metrics.ts';
import type { DryRunView } from '../../../src/server/views/dry-run-view.ts';
import { loadText, MINIMAL } from '../../config/load-text.ts';

const SECRETS = `${MINIMAL}    training: {bootstrap: {prometheus: 'http://ann:h1dden@p:9090', token: t0ken}}
server: {token: s3cret}
`;
const WAITING = new AbortController().signal;

/** A runner whose child the test steers. */
function steered(text = MINIMAL, isTraining = false) {
  const jobs: DryRunJob[] = [];
  const ends: ((end: ChildEnd) => void)[] = [];
  const tells: ((view: DryRunView) => void)[] = [];
  const said: TelemetryEvent[] = [];
  const metrics = createMetrics({ version: '', nodeVersion: '' });
  const runner = new DryRunner({
    config: loadText(text).config,
    isTraining: () => isTraining,
    report: (event) => said.push(event),
    metrics,
    nowMs: () => 0,
    run: (job, message) => {
      jobs.push(job);
      tells.push(message);
      let end: (end: ChildEnd) => void = () => undefined;
      const ended = new Promise<ChildEnd>((resolve) => (end = resolve));
      ends.push(end);
      return { pid: 1, ended, kill: () => end({ kind: 'exited', complaint: 'signal SIGKILL' }) };
    },
  });
  const finish = (view: DryRunView): void => {
    tells.at(-1)?.(view);
    ends.at(-1)?.({ kind: 'exited', complaint: 'exit code 0' });
  };
  const counted = async (): Promise<Record<string, number>> =>
    Object.fromEntries(
      (await metrics.dryRunsTotal.get()).values.map(({ labels, value }) => [labels.outcome ?? '', value]),
    );
  return { runner, jobs, ends, finish, said, counted };
}

describe('dry runs', () => {
  it('give the running detectors as a text without any secret, which is their own', async () => {
    const { runner, jobs, finish } = steered(SECRETS);
    expect(runner.text).not.toMatch(/h1dden|t0ken|s3cret/);
    const answer = runner.run(runner.text, WAITING);
    finish({ detectors: [] });
    expect(await answer).toEqual({ kind: 'done', value: { detectors: [] } });
    const [pair] = jobs[0]?.pairs ?? [];
    expect(pair?.edited).toEqual(pair?.running);
  });

  it('take a secret that is hidden in what is sent, since they need none', async () => {
    const { runner, finish } = steered(SECRETS);
    const text = runner.text.replace(
      'training:',
      'training:\n      bootstrap: {prometheus: "http://<secret>@p:9090", token: <secret>}',
    );
    const answer = runner.run(text, WAITING);
    finish({ detectors: [] });
    expect((await answer).kind).toBe('done');
  });

  it('go one at a time, and not beside a training', async () => {
    const { runner, jobs, finish } = steered();
    const first = runner.run(runner.text, WAITING);
    expect(await runner.run(runner.text, WAITING)).toMatchObject({ kind: 'busy' });
    finish({ detectors: [] });
    await first;
    const again = runner.run(runner.text, WAITING);
    finish({ detectors: [] });
    expect((await again).kind).toBe('done');
    expect(jobs).toHaveLength(2);
    const training = steered(MINIMAL, true);
    expect(await training.runner.run(runner.text, WAITING)).toEqual({
      kind: 'busy',
      detail: 'A training is under way; ask again when it has ended.',
    });
  });

  it('end with who asked, and with the daemon', async () => {
    const { runner } = steered();
    const stopper = new AbortController();
    const answer = runner.run(runner.text, stopper.signal);
    stopper.abort();
    expect(await answer).toMatchObject({ kind: 'failed' });
    const other = runner.run(runner.text, WAITING);
    await runner.stop();
    expect(await other).toMatchObject({ kind: 'failed' });
  });

  it.each([
    [{ kind: 'too_long' }, 'not through after five minutes'],
    [{ kind: 'too_much_memory', bytes: 3 * 2 ** 30 }, 'took 3072 MB'],
    [{ kind: 'exited', complaint: 'RangeError: x' }, 'RangeError: x'],
  ] as const)('say what became of a process that ended so: %o', async (end, words) => {
    const { runner, ends } = steered();
    const answer = runner.run(runner.text, WAITING);
    ends[0]?.(end);
    expect(await answer).toEqual({ kind: 'failed', detail: expect.stringContaining(words) as string });
  });

  it('are counted and told in the log with what came of them, those that are refused only counted', async () => {
    const { runner, finish, said, counted } = steered();
    const answer = runner.run(runner.text, WAITING);
    await runner.run(runner.text, WAITING);
    await runner.run('detectors: [{}]', WAITING);
    const side = { budget: '5 per week', incidents: 1, budgetUsed: 0.1 };
    const played = {
      ...{ fromMs: 0, toMs: 1, entities: 1, entitiesOfAll: 1, steps: 1, onRecord: 0, more: 0, trained: null },
      ...{ then: { ...side, alerts: 1 }, now: { ...side, alerts: 3 }, alerts: [] },
    };
    finish({ detectors: [{ detector: 'hosts', tried: [], untried: [], notPlayed: null, played }] });
    await answer;
    const gone = new AbortController();
    const left = runner.run(runner.text, gone.signal);
    gone.abort();
    await left;
    expect(said.map(({ event, message }) => [event, message])).toEqual([
      [
        'dry_run',
        'A dry run of edited detectors ended after 0 s: hosts: 1 alert as it runs, 3 alerts with the change. Nothing was changed.',
      ],
      ['dry_run', 'A dry run was ended after 0 s: who had asked for it went away.'],
    ]);
    expect(await counted()).toEqual({ busy: 1, invalid: 1, done: 1, cancelled: 1 });
  });

  it('tell of faults without starting anything', async () => {
    const { runner, jobs } = steered();
    expect(await runner.run(runner.text.replace('hosts', 'no name'), WAITING)).toMatchObject({
      kind: 'invalid',
      faults: [{ line: 2, column: 11, path: 'detectors[0].name' }],
    });
    expect(jobs).toEqual([]);
  });

  it('mean the chosen features by auto, and tell of detectors that are new or left out', async () => {
    const { runner, jobs, finish } = steered();
    const text = `detectors:
  - {name: hosts, entity: [instance], features: auto}
  - {name: other, entity: [instance], features: auto}
`;
    const answer = runner.run(text, WAITING);
    finish({ detectors: [] });
    expect(jobs[0]?.pairs[0]?.edited.features).toEqual(jobs[0]?.pairs[0]?.running.features);
    expect(await answer).toMatchObject({
      value: { detectors: [{ detector: 'other', notPlayed: expect.stringContaining('new') as string }] },
    });
    const without = runner.run(text.replace('hosts', 'third'), WAITING);
    finish({ detectors: [] });
    expect(await without).toMatchObject({
      value: { detectors: [{ detector: 'third' }, { detector: 'other' }, { detector: 'hosts' }] },
    });
  });
});
