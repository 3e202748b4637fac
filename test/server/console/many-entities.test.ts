import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScoreTuple } from '../../../src/server/views/live-view.ts';
import { CHROMIUM, launchChromium } from '../../support/chromium.ts';
import { fakeDaemon, type FakeDaemon } from './fake-daemon.ts';

const ENTITIES = 5000;
const UPDATES = 8;
/** What people wait for at the start, and what they feel as a hitch. */
const MOST_PAINT_MS = 1000;
const MOST_TASK_MS = 100;

/** One event of Chromium's trace; durations in µs, `tdur` of the thread's own time. */
interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly tid: number;
  readonly pid: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

describe.skipIf(CHROMIUM.path === null)(`the first page with ${ENTITIES} entities${CHROMIUM.note}`, () => {
  let browser: Browser;
  let daemon: FakeDaemon;
  let base: string;
  beforeAll(async () => {
    browser = await launchChromium();
    daemon = fakeDaemon();
    daemon.scores = scoresAt(0);
    daemon.entities = ENTITIES;
    base = await daemon.server.listen({ port: 0 });
  });
  afterAll(async () => {
    await browser.close();
    await daemon.server.close();
  });
  const opened = async (): Promise<Page> => {
    const page = await (await browser.newContext({ viewport: { width: 1360, height: 900 } })).newPage();
    await page.goto(base);
    await page.locator('.heat canvas').waitFor();
    return page;
  };

  it('paints within a second', async () => {
    const paints: number[] = [];
    // The best of three: others may have the processor meanwhile.
    for (let load = 0; load < 3; load++) {
      const page = await opened();
      paints.push(await page.evaluate(`performance.getEntriesByName('first-contentful-paint')[0].startTime`));
      await page.context().close();
    }
    console.log(`first contentful paint: ${paints.map((ms) => `${ms.toFixed(0)} ms`).join(', ')}`);
    expect(Math.min(...paints)).toBeLessThan(MOST_PAINT_MS);
  });

  it('has no task of a tenth of a second while all scores change and one scrolls', async () => {
    const page = await opened();
    await page.getByText('live', { exact: true }).waitFor();
    await page.getByText('Find an entity').click();
    await browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline', '__metadata'] });
    for (let update = 1; update <= UPDATES; update++) {
      const scores = scoresAt(update);
      daemon.tell({ detectors: [{ detector: 'hosts', scores, forgotten: [] }], alerts: [] });
      const highest = Math.max(...scores.map(([, score]) => score)).toFixed(2);
      await page.locator('.entity-list td.number').first().getByText(highest).waitFor();
      await page.mouse.wheel(0, update % 2 === 0 ? -400 : 400);
    }
    const trace = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
    const tasks = mainThreadTasks(trace.traceEvents);
    const longest = Math.max(...tasks);
    console.log(`longest task of ${tasks.length}: ${longest.toFixed(0)} ms of processor time`);
    expect(tasks.length).toBeGreaterThan(UPDATES);
    expect(longest).toBeLessThan(MOST_TASK_MS);
    await page.context().close();
  });
});

/** Scores that are all others at the next update, some over the threshold. */
function scoresAt(update: number): ScoreTuple[] {
  return Array.from({ length: ENTITIES }, (_, index): ScoreTuple => {
    const wave = Math.sin(index * 12.9898 + update * 78.233) ** 2;
    return [`host-${index}`, Number((wave ** 8 * (1.5 + update / 10)).toFixed(3)), update * 15_000];
  });
}

/** Processor time of each task of the page's main thread, ms. */
function mainThreadTasks(events: readonly TraceEvent[]): number[] {
  const mains = new Set(
    events
      .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid}/${tid}`),
  );
  return events
    .filter(({ name, ph, pid, tid }) => name.endsWith('RunTask') && ph === 'X' && mains.has(`${pid}/${tid}`))
    .map(({ dur = 0, tdur = dur }) => tdur / 1000);
}
