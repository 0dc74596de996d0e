import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const executable = '/usr/bin/chromium';

/**
 * Starts a headless Chromium; close it when done.
 * @throws Error with what to install, where there is no Chromium
 */
export async function launchBrowser(): Promise<Browser> {
  if (!existsSync(executable)) {
    throw new Error(
      `${executable} is missing. Install it with: apt-get install -y --no-install-recommends chromium fonts-dejavu-core`,
    );
  }
  return chromium.launch({
    executablePath: executable,
    args: [
      '--no-sandbox',
      '--disable-dev-shm-usage',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** A page that remembers what went wrong on it. */
export interface WatchedPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Console errors and warnings, uncaught errors, refusals of the content security policy. */
  readonly problems: string[];
  /** Addresses outside the origin that the page asked for. */
  readonly foreign_requests: string[];
}

export interface PageOptions {
  /** Origin that requests may go to. */
  readonly origin: string;
  readonly theme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
}

export async function openPage(browser: Browser, options: PageOptions): Promise<WatchedPage> {
  const { origin, theme = 'light', width = 1440, height = 900 } = options;
  const context = await browser.newContext({
    colorScheme: theme,
    viewport: { width, height },
    timezoneId: 'Asia/Kathmandu',
    baseURL: origin,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const problems: string[] = [];
  const foreign_requests: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith('http') && url.origin !== origin) foreign_requests.push(request.url());
  });
  return { page, context, problems, foreign_requests };
}
