import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { launchChromium } from '../support/chromium.ts';
import { freePort } from '../support/free-port.ts';
import { PROGRAM } from '../support/strayd-process.ts';
import { waitFor } from '../support/wait-for.ts';

/** Plays the demo and takes the pictures of docs/images: `npm run screenshots`, after a build. */
const IMAGES = resolve(import.meta.dirname, '../../docs/images');
const MOST_BYTES = 250_000;
const MOST_MS = 300_000;
/** The demo's incident that no single value gives away, with an hour before and after. */
const RELATION = {
  detector: 'fleet',
  entity: 'api-1',
  from: '2026-01-08T06:30:00Z',
  to: '2026-01-08T10:00:00Z',
};
/** The change that is tried on its last day. */
const TRIED = ['budget: 5 per week', 'budget: 5 per day'] as const;

const port = await freePort();
const demo = spawn(process.execPath, [PROGRAM, 'demo', '--stay', '--port', String(port)], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
let said = '';
demo.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
const browser = await launchChromium();
try {
  mkdirSync(IMAGES, { recursive: true });
  await heard('Watch it at');
  const wide = await openTab({ width: 1260, height: 560, dark: false });
  await wide.goto(`http://127.0.0.1:${port}/`);
  await heard('▲ web-7');
  await wide.locator('.open-alerts .firing').first().waitFor({ timeout: 60_000 });
  await keep(wide, 'console-now');
  await heard('The console stays');

  const { from, to, ...query } = RELATION;
  const range = { from: String(Date.parse(from)), to: String(Date.parse(to)) };
  await wide.setViewportSize({ width: 1260, height: 1000 });
  await wide.goto(
    `http://127.0.0.1:${port}/#/entity?${new URLSearchParams({ ...query, ...range }).toString()}`,
  );
  const plot = wide.locator('.u-over').nth(2);
  await plot.click({ position: await middle(plot) });
  await wide.locator('.reason li').first().waitFor();
  await keep(wide, 'console-entity');

  await wide.setViewportSize({ width: 1260, height: 700 });
  await wide.goto(`http://127.0.0.1:${port}/#/setup`);
  const field = wide.locator('.dry-run textarea');
  await waitFor('the detectors', async () => (await field.inputValue()) !== '');
  await field.fill((await field.inputValue()).replace(...TRIED));
  await field.evaluate((element) => ((element as unknown as { scrollTop: number }).scrollTop = 0));
  await wide.locator('.dry-run button').first().click();
  await wide.locator('.dry-run-result table').first().waitFor({ timeout: MOST_MS });
  await keep(wide, 'console-setup');

  const phone = await openTab({ width: 390, height: 780, dark: true });
  await phone.goto(`http://127.0.0.1:${port}/#/alerts`);
  await phone.locator('.alert-card summary').nth(2).click();
  await phone.locator('.alert-body').first().waitFor();
  await keep(phone, 'console-phone');
} finally {
  await browser.close();
  demo.kill('SIGINT');
  if (demo.exitCode === null) await once(demo, 'exit');
}

async function heard(words: string): Promise<void> {
  const hasSaid = (): boolean => said.includes(words);
  await waitFor(`the demo to say "${words}"`, () => hasSaid() || demo.exitCode !== null, {
    timeoutMs: MOST_MS,
  });
  if (!hasSaid()) throw new Error(`The demo ended before it said "${words}":\n${said}`);
}

async function openTab(options: { width: number; height: number; dark: boolean }): Promise<Page> {
  const { width, height, dark } = options;
  const colorScheme = dark ? 'dark' : 'light';
  return (await browser.newContext({ viewport: { width, height }, colorScheme })).newPage();
}

async function middle(element: ReturnType<Page['locator']>): Promise<{ x: number; y: number }> {
  const box = await element.boundingBox();
  return { x: (box?.width ?? 0) / 2, y: (box?.height ?? 0) / 2 };
}

async function keep(page: Page, name: string): Promise<void> {
  const path = resolve(IMAGES, `${name}.png`);
  await page.screenshot({ path });
  const { size } = statSync(path);
  if (size > MOST_BYTES) throw new Error(`${path} has ${size} bytes, and ${MOST_BYTES} are the most`);
  process.stdout.write(`${path}: ${size} bytes\n`);
}
