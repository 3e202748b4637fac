import axe, { type AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';

/** A tab on one page of the console. */
export interface OpenPage {
  readonly page: Page;
  /** What the browser complained of: errors of scripts, and what the content security policy kept out. */
  readonly complaints: string[];
}

export interface PageOptions {
  readonly width?: number;
  readonly dark?: boolean;
}

/** Opens an address in a tab with a storage of its own. */
export async function openPage(browser: Browser, url: string, options: PageOptions = {}): Promise<OpenPage> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1280, height: 900 },
    colorScheme: options.dark === true ? 'dark' : 'light',
  });
  // Shorter than a test's, so that it is told what was waited for.
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(url);
  return { page, complaints };
}

/** What axe finds of WCAG 2.1 A and AA that is serious or critical, as `rule: element`. */
export async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<AxeResults>(
    `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] })`,
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}
