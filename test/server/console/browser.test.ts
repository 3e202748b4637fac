import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CHROMIUM, launchChromium } from '../../support/chromium.ts';
import { fakeDaemon, HOSTILE, type FakeDaemon } from './fake-daemon.ts';
import { openPage, seriousFindings, type OpenPage, type PageOptions } from './open-page.ts';

const PAGES = {
  now: '#/',
  alerts: '#/alerts',
  'one alert': '#/alerts/firing-1',
  entity: '#/entity?detector=hosts&entity=db-2',
  models: '#/models',
  sources: '#/sources',
  setup: '#/setup',
};
/** What each page shows once it is there. */
const SHOWS = {
  now: 'db-2: cpu 6 cores',
  alerts: 'cpu 6 cores',
  'one alert': 'See db-2 at that time',
  entity: 'Newest step',
  models: 'Self-test',
  sources: '12\u202f345',
  setup: 'store:',
};

describe.skipIf(CHROMIUM.path === null)(`the console in a browser${CHROMIUM.note}`, () => {
  let browser: Browser;
  let daemon: FakeDaemon;
  let base: string;
  let opened: OpenPage[] = [];
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    daemon = fakeDaemon();
    base = await daemon.server.listen({ port: 0 });
  });
  afterEach(async () => {
    for (const { page } of opened) await page.context().close();
    opened = [];
    await daemon.server.close();
  });
  const open = async (hash: string, options: PageOptions = {}): Promise<OpenPage> => {
    const one = await openPage(browser, `${base}/${hash}`, options);
    opened.push(one);
    return one;
  };

  describe.each(Object.keys(PAGES) as (keyof typeof PAGES)[])('on the page %s', (name) => {
    it.each([
      { width: 1280, dark: false },
      { width: 390, dark: true },
    ])(
      'shows everything, without a complaint of the browser or a serious one of axe: %o',
      async (options) => {
        const { page, complaints } = await open(PAGES[name], options);
        await page.getByText(SHOWS[name]).first().waitFor();
        await page.getByText('live', { exact: true }).waitFor({ state: 'attached' });
        expect(await seriousFindings(page)).toEqual([]);
        expect(complaints).toEqual([]);
        const overflow = await page.evaluate(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        );
        expect(overflow).toBeLessThanOrEqual(0);
        expect(await page.evaluate('globalThis.hacked')).toBeUndefined();
      },
    );
  });

  it('shows a label value that is markup as the text that it is', async () => {
    const { page } = await open('#/');
    await page.locator('.tiles').getByText(HOSTILE).click();
    await page.locator('h1').getByText(HOSTILE).waitFor();
    await page.locator('nav').getByText('Sources').click();
    await page.getByText('not json').click();
    expect(await page.locator('.dead-letter pre').textContent()).toBe(HOSTILE);
    expect(await page.evaluate('globalThis.hacked')).toBeUndefined();
    expect(await page.locator('img').count()).toBe(0);
  });

  it('tells which bounds a source exceeds, since when, how often, and the way out', async () => {
    const { page } = await open('#/');
    await page.locator('.sources-now').getByText('over a bound').click();
    const limits = page.locator('section[aria-labelledby="limits"]');
    await limits.getByText('12\u202f000 times since 2026-01-08 11:20:00 UTC').first().waitFor();
    await limits.getByText('last 11:59:58').first().waitFor();
    await limits.getByText('raise limits.entities_per_detector').first().waitFor();
    expect(await limits.locator('li').count()).toBe(2);
    await limits.getByText(HOSTILE).waitFor();
    daemon.limits = [];
    daemon.tell({ detectors: [], alerts: ['firing-1'] });
    await limits.getByText('None in the last ten minutes').waitFor();
  });

  it('says which faults a detector does not see', async () => {
    const { page } = await open('#/');
    expect(await page.getByText('blind to').textContent()).toContain('broken correlation');
    expect(await page.getByText('blind to').textContent()).not.toContain('spike');
  });

  it('follows scores and alerts as they change, without being asked', async () => {
    const { page } = await open('#/');
    const first = page.locator('.tiles li').first();
    await expect.poll(() => first.textContent()).toContain('db-2');
    await page.getByText('live', { exact: true }).waitFor();
    daemon.alerts = [];
    daemon.tell({
      detectors: [{ detector: 'hosts', scores: [['db-1', 4.25, 1]], forgotten: ['db-2'] }],
      alerts: ['firing-1'],
    });
    await expect.poll(() => first.textContent()).toContain('4.25');
    await page.getByText('Everything moves as it usually does').waitFor();
    expect(await page.locator('.tiles').getByText('db-2').count()).toBe(0);
  });

  it('reads everything anew when the daemon has come back', async () => {
    const { page } = await open('#/');
    await page.getByText('live', { exact: true }).waitFor();
    const { port } = daemon.server.server.address() as { port: number };
    await daemon.server.close();
    await page.getByText('reconnecting').waitFor();
    daemon = fakeDaemon();
    daemon.scores = [['db-9', 0.5, 1]];
    await daemon.server.listen({ port });
    await page.locator('.tiles').getByText('db-9').waitFor();
    await page.getByText('live', { exact: true }).waitFor();
  });

  it('labels an alert and sends it again', async () => {
    const { page } = await open('#/alerts/firing-1');
    await page.getByRole('button', { name: 'planned' }).click();
    await page.getByText('Labelled planned').waitFor();
    await expect
      .poll(() => page.getByRole('button', { name: 'planned' }).getAttribute('aria-pressed'))
      .toBe('true');
    await page.getByRole('button', { name: 'Send again' }).click();
    await page.getByText('2 notifications are sent again').waitFor();
    expect(daemon.asked).toEqual(['label firing-1 planned', 'resend firing-1']);
  });

  it('accepts the level of an alert that fires as normal, and of no other', async () => {
    const { page } = await open('#/alerts/firing-1');
    await page.getByRole('button', { name: 'Accept as normal' }).click();
    await page.getByText('the level counts as normal').waitFor();
    expect(daemon.asked).toEqual(['accept firing-1']);
    await page.goto(`${base}/#/alerts/past-1`);
    await page.getByText('its other alerts').waitFor();
    expect(await page.getByRole('button', { name: 'Accept as normal' }).count()).toBe(0);
  });

  it('tells of what could not be delivered, and sends it again', async () => {
    daemon.deliveries = [
      {
        incident: 'incident-1',
        channel: 'hook',
        status: 'dead',
        attempts: 12,
        lastError: 'hook.example answered 500',
        idempotencyKey: 'key',
        since: '2026-01-08T11:56:00Z',
        deliveredAt: null,
      },
    ];
    const { page } = await open('#/alerts/firing-1');
    await page.getByText('hook: given up after 12 attempts, hook.example answered 500').waitFor();
    await page.getByText('All alerts').click();
    await page.getByText('1 notification of hook was given up').waitFor();
    await page.getByRole('button', { name: 'Send them again' }).click();
    await page.getByText('They are sent again').waitFor();
    expect(daemon.asked).toEqual(['resend all given up']);
  });

  it('mutes an entity and ends that again', async () => {
    const { page } = await open('#/alerts/firing-1');
    await page.getByText('Mute …').click();
    await page.getByLabel('For').selectOption('4h');
    await page.getByLabel('Why').fill(HOSTILE);
    await page.getByRole('button', { name: 'Mute', exact: true }).click();
    await page.getByText('Muted: alerts are still found').waitFor();
    await page.locator('nav').getByText('Now').click();
    const muted = page.locator('.quiet-now li');
    await expect.poll(() => muted.textContent()).toContain(HOSTILE);
    await muted.getByRole('button', { name: 'End' }).click();
    await expect.poll(() => muted.count()).toBe(0);
    expect(daemon.asked).toEqual(['mute db-2 of hosts for 4h', 'remove mute mute-1']);
  });

  it('keeps planned work', async () => {
    const { page } = await open('#/alerts');
    await page.getByText('Plan maintenance').click();
    await page.getByLabel('Entities (PromQL selector)').fill('{instance="db-2"}');
    await page.getByLabel('From (UTC)').fill('2026-01-08T10:00:00Z');
    await page.getByLabel('To (UTC)').fill('2026-01-08T11:00:00Z');
    await page.getByRole('button', { name: 'Keep' }).click();
    await page.getByText('training leaves this time out').waitFor();
    await page.locator('.quiet-now').getByText('{instance="db-2"}').waitFor();
    expect(daemon.asked).toEqual([
      'maintain {instance="db-2"} from 2026-01-08T10:00:00Z to 2026-01-08T11:00:00Z',
    ]);
  });

  it('shows alerts of one incident as one', async () => {
    const [one] = daemon.alerts;
    if (one === undefined) throw new Error('no alert');
    daemon.alerts = ['db-2', 'db-1', HOSTILE].map((entity, index) => ({
      ...one,
      incident: 'incident-1',
      alert: { ...one.alert, id: `alert-${index}`, entity, peakScore: 5 - index },
    }));
    const { page } = await open('#/');
    const shown = page.locator('.open-alerts').first().locator('li');
    await expect.poll(() => shown.textContent()).toContain(`db-1, ${HOSTILE}`);
    await shown.getByText('2 others').click();
    await expect.poll(() => page.url()).toContain('#/alerts?incident=incident-1');
  });

  it('filters alerts, and keeps the filter in the address', async () => {
    const { page } = await open('#/alerts');
    await page.locator('.alert-card').nth(1).waitFor();
    await page.getByLabel('State').selectOption('firing');
    await expect.poll(() => page.locator('.alert-card').count()).toBe(1);
    expect(page.url()).toContain('#/alerts?state=firing');
    await page.getByLabel('Text holds').fill('nothing like it');
    await page.keyboard.press('Enter');
    await page.getByText('No alert fits these filters').waitFor();
  });

  it('rolls a model back after a question, and not without', async () => {
    const { page } = await open('#/models/bbbbbbbbbbbb');
    const ask = page.getByRole('button', { name: 'Use this version' });
    await ask.click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect(daemon.asked).toEqual([]);
    await ask.click();
    await page.getByRole('button', { name: 'Use bbbbbbbbbbbb' }).click();
    await expect.poll(() => daemon.asked).toEqual(['roll back hosts to bbbbbbbbbbbb']);
    await expect.poll(() => page.locator('.model-card h3').textContent()).toContain('active');
  });

  it('zooms an entity by a drag, and says why an alert did or did not fire at a click', async () => {
    const { page } = await open('#/entity?detector=hosts&entity=db-2');
    const plot = page.locator('.u-over').nth(1);
    await plot.waitFor();
    const box = await plot.boundingBox();
    if (box === null) throw new Error('the chart has no place');
    const y = box.y + box.height / 2;
    await page.mouse.click(box.x + box.width * 0.95, y);
    await page.getByText(/an alert was open already/).waitFor();
    expect(await page.locator('.readout-step').textContent()).toContain('over the threshold');
    await page.mouse.move(box.x + box.width * 0.25, y);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.75, y, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => page.url()).toMatch(/from=\d+&to=\d+/);
  });

  it('draws what is usual around what was expected, and marks what lies outside of it', async () => {
    const { page } = await open('#/entity?detector=hosts&entity=db-2');
    await page.getByText('usual around it').waitFor();
    await page
      .locator('.readout-step .over')
      .getByText('outside of what is usual')
      .waitFor({ state: 'attached' });
    const plots = page.locator('.charts .chart');
    expect(await plots.locator('figcaption').allTextContents()).toEqual(['cpu', 'score']);
    const box = await plots.first().locator('.u-over').boundingBox();
    if (box === null) throw new Error('the chart has no place');
    await page.mouse.move(box.x + box.width * 0.3, box.y + box.height / 2);
    await page.getByRole('heading', { name: 'At the cursor' }).waitFor();
    // One cursor for all charts.
    const lefts = await plots
      .locator('.u-cursor-x')
      .evaluateAll((lines) =>
        lines.map((line) => (line as unknown as { style: { transform: string } }).style.transform),
      );
    expect(new Set(lefts).size).toBe(1);
    expect(await page.locator('.readout-step .over').count()).toBe(0);
    await page.mouse.move(box.x + box.width * 0.98, box.y + box.height / 2);
    await page.locator('.readout-step .over').waitFor();
  });

  it.each([
    { width: 1280, dark: true },
    { width: 390, dark: false },
  ])(
    'tries an edited configuration on the last day, and shows what it gains and loses: %o',
    async (options) => {
      const { page } = await open('#/setup', options);
      const field = page.getByLabel('Detectors, as in the configuration file');
      await expect.poll(() => field.inputValue()).toContain('budget: 5 per week');
      await field.fill('detectors: [{budget: 50 per week}]');
      await page.getByRole('button', { name: 'Try it' }).click();
      const result = page.locator('.dry-run-result');
      await result.getByText('gained', { exact: true }).waitFor();
      expect(await page.locator('.dry-run [role=status]').textContent()).toBe(
        'hosts: 1 alert gained, 1 lost.',
      );
      expect(await result.locator('tbody tr').allTextContents()).toEqual([
        expect.stringMatching(/^Alerts22$/),
        expect.stringMatching(/^Messages to people12$/),
        expect.stringMatching(/^Budget5 per week50 per week$/),
        expect.stringMatching(/^Budget used by this day140.%28.%$/),
        expect.stringMatching(/^gaineddb-2/),
        expect.stringMatching(/^lost/),
        expect.stringMatching(/^keptdb-1/),
      ]);
      await result.getByText('step: only the vectors are kept').waitFor();
      expect(await seriousFindings(page)).toEqual([]);
      const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
      expect(await page.evaluate(overflow)).toBeLessThanOrEqual(0);
      expect(daemon.asked).toEqual(['dry run of 34 characters']);
      // What was typed is there again after another page.
      await page.locator('nav').getByText('Now').click();
      await page.locator('nav').getByText('Setup').click();
      expect(await field.inputValue()).toContain('50 per week');
      await page.getByRole('button', { name: 'Back to what runs' }).click();
      expect(await field.inputValue()).toContain('budget: 5 per week');
    },
  );

  it('shows where an edited configuration is wrong, and goes there', async () => {
    daemon.dryRun = async () => ({
      kind: 'invalid',
      faults: [{ line: 2, column: 5, path: 'detectors[0].name', message: `expected a name, got ${HOSTILE}` }],
    });
    const { page } = await open('#/setup');
    const field = page.getByLabel('Detectors, as in the configuration file');
    await field.fill('detectors:\n  - name: 7\n');
    await page.getByRole('button', { name: 'Try it' }).click();
    await page.getByText('detectors[0].name').waitFor();
    await page.getByText('Nothing was tried: 1 place is wrong.').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'line 2, column 5' }).click();
    const at = 'document.activeElement.value.slice(document.activeElement.selectionStart)';
    expect(await page.evaluate(at)).toBe('name: 7\n');
    expect(await page.evaluate('globalThis.hacked')).toBeUndefined();
  });

  it('ends a dry run that nobody waits for any more', async () => {
    daemon.dryRun = () => new Promise(() => undefined);
    const { page } = await open('#/setup');
    await page.getByRole('button', { name: 'Try it' }).click();
    await page.getByText('Playing the last day with both').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await expect.poll(() => daemon.asked.at(-1)).toBe('dry run ended');
    await page.getByRole('button', { name: 'Try it' }).waitFor();
  });

  it('tells of a deployment, of one entity or of all that match', async () => {
    const { page } = await open('#/alerts');
    await page.getByText('Tell of a deployment').click();
    await page.getByLabel('Its whole name').fill('db-2');
    await page.getByRole('button', { name: 'Tell' }).click();
    await page.getByText('count as normal for hosts').waitFor();
    await page.getByLabel('What was deployed').selectOption('match');
    await page.getByLabel('PromQL selector').last().fill('{instance=~"db-.*"}');
    await page.getByLabel('When (UTC)').fill('2026-01-08T11:00:00Z');
    await page.getByRole('button', { name: 'Tell' }).click();
    await expect
      .poll(() => daemon.asked)
      .toEqual([
        'deployed db-2 of hosts at now',
        'deployed {instance=~"db-.*"} of hosts at 2026-01-08T11:00:00Z',
      ]);
    expect(await seriousFindings(page)).toEqual([]);
  });

  it('can be gone through by keyboard alone', async () => {
    const { page } = await open('#/');
    await page.locator('.tiles li').first().waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the page');
    await page.locator('.tiles a').first().focus();
    await page.keyboard.press('Enter');
    await page.locator('h1', { hasText: 'db-2' }).waitFor();
  });

  it('goes from step to step of an entity by keyboard, and says why there', async () => {
    const { page } = await open('#/entity?detector=hosts&entity=db-2');
    const before = page.getByRole('button', { name: 'Step before' });
    await before.focus();
    expect(await page.getByRole('button', { name: 'Step after' }).isDisabled()).toBe(true);
    for (const time of ['11:59:30', '11:59:15']) {
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Held step' }).waitFor();
      await page.locator('.readout-step').getByText(`2026-01-08 ${time} UTC`).waitFor();
    }
    await page.getByText(/At 2026-01-08T11:59:15.000Z an alert was open already/).waitFor();
    await page.getByRole('button', { name: 'Step after' }).click();
    await page.locator('.readout-step').getByText('2026-01-08 11:59:30 UTC').waitFor();
  });

  it('opens the alert that a notification links to', async () => {
    const { page } = await open('?alert=past-1');
    await page.getByText('its other alerts').waitFor();
    expect(page.url()).toBe(`${base}/#/alerts/past-1`);
  });

  it('tells a new user what it waits for', async () => {
    daemon.scores = [];
    daemon.alerts = [];
    daemon.models = [];
    const { page } = await open('#/');
    await page.getByText('Learning what is normal.', { exact: true }).waitFor();
    await page.getByText('40\u202f% of the history that the first training waits for').waitFor();
    daemon.entities = 0;
    await page.reload();
    await page.getByText('No entity has been seen yet').waitFor();
    await page.locator('nav').getByText('Alerts').click();
    await page.getByText('No alert yet').waitFor();
    await page.locator('nav').getByText('Models').click();
    await page.getByText('No model yet').waitFor();
  });

  it('asks for the token where there is one, and keeps it for the tab', async () => {
    await daemon.server.close();
    daemon = fakeDaemon({ token: 's3cret' });
    base = await daemon.server.listen({ port: 0 });
    const { page } = await open('#/');
    await page.getByLabel('Token').fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByText('That token was refused').waitFor();
    await page.getByLabel('Token').fill('s3cret');
    await page.keyboard.press('Enter');
    await page.locator('.tiles').getByText('db-1').waitFor();
    await page.reload();
    await page.locator('.tiles').getByText('db-1').waitFor();
  });
});
