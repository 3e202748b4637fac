import { chromium, type Browser } from 'playwright-core';
import { systemBinary } from './system-binary.ts';

/** Debian's Chromium; `path` is null if it isn't installed. */
export const CHROMIUM = systemBinary('chromium', 'chromium');

/** Starts it without a window. As root, as in containers, it has no sandbox of its own. */
export function launchChromium(): Promise<Browser> {
  if (CHROMIUM.path === null) throw new Error('chromium is not installed');
  return chromium.launch({
    executablePath: CHROMIUM.path,
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
}
