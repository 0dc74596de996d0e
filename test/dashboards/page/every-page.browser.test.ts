import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, openPage } from '../support/browser.ts';
import { exampleConversations, recordedConversations } from '../support/conversations.ts';
import { type FakeCollector, startFakeCollector } from '../support/fake-collector.ts';
import { hostileTrace, tracesOf } from '../support/fake-traces.ts';

const pictures = fileURLToPath(new URL('../../output/page', import.meta.url));
const first_view_bytes_max = 220 * 1024;

let browser: Browser;
let collector: FakeCollector;
let empty: FakeCollector;
let trace_id: string;

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  const recorded = recordedConversations();
  if (recorded === null) console.warn('The recorded conversations are not at hand: pictures show examples.');
  const now = Date.now();
  const traces = tracesOf(recorded ?? exampleConversations(), now);
  trace_id = traces[1]!.trace_id;
  collector = await startFakeCollector({ traces: [...traces, hostileTrace(now)] });
  empty = await startFakeCollector({ traces: [] });
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await Promise.all([collector?.close(), empty?.close()]);
});

const pages = [
  { name: 'traces', path: () => '/traces', shown: 'Tokens in / out' },
  { name: 'trace', path: () => `/traces/${trace_id}`, shown: 'To the answer' },
  { name: 'drift', path: () => '/drift', shown: 'Latest verdicts' },
  { name: 'alerts', path: () => '/alerts', shown: 'Given up' },
  { name: 'sql', path: () => '/sql', shown: 'Begin with one of these' },
  { name: 'result', path: () => '/sql?sql=SELECT+1', shown: 'start_time' },
];

const sizes = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
];

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  it.each(pages)('$name has no fault a machine can find', async ({ name, path, shown }) => {
    for (const size of sizes) {
      const { page, context, problems, foreign_requests } = await openPage(browser, {
        origin: collector.url,
        theme,
        ...size,
      });
      await page.goto(path());
      await page.getByText(shown).first().waitFor({ state: 'attached' });
      await page.waitForLoadState('networkidle');
      await page.screenshot({ path: `${pictures}/${name}-${theme}-${size.width}.png` });
      expect(await findBarriers(page)).toEqual([]);
      expect(await isDark(page)).toBe(theme === 'dark');
      expect(await overflowsSideways(page)).toBe(false);
      expect({ problems, foreign_requests }).toEqual({ problems: [], foreign_requests: [] });
      await context.close();
    }
  });

  it('a collector without spans shows how to send the first one', async () => {
    const { page, context, problems } = await openPage(browser, { origin: empty.url, theme });
    await page.goto('/');
    await page.getByText('No spans yet').waitFor();
    expect(await page.getByRole('region', { name: 'Example' }).textContent()).toContain(empty.url);
    await page.getByRole('radio', { name: 'Python' }).click();
    expect(await page.getByRole('region', { name: 'Example' }).textContent()).toContain(
      'OTEL_EXPORTER_OTLP_ENDPOINT',
    );
    await page.screenshot({ path: `${pictures}/empty-${theme}.png` });
    expect(await findBarriers(page)).toEqual([]);
    expect(problems).toEqual([]);
    await context.close();
  });
});

describe('an address that has the key in it', () => {
  it('shows what one without it shows', async () => {
    const { page, context } = await openPage(browser, { origin: collector.url });
    await page.goto(collector.url.replace('://', '://any:key@'));
    await page.getByText('Tokens in / out').first().waitFor();
    expect(await page.getByText('The collector does not answer').count()).toBe(0);
    await context.close();
  });
});

describe('the first view', () => {
  it('stays within its budget', async () => {
    const { page, context } = await openPage(browser, { origin: collector.url });
    const sizes_bytes: number[] = [];
    page.on('response', async (response) => {
      if (response.url().includes('/assets/')) sizes_bytes.push(Number(response.headers()['content-length']));
    });
    await page.goto('/traces');
    await page.waitForLoadState('networkidle');
    await context.close();
    const total_bytes = sizes_bytes.reduce((sum, bytes) => sum + bytes, 0);
    expect(total_bytes).toBeGreaterThan(0);
    expect(total_bytes).toBeLessThan(first_view_bytes_max);
    console.info(`First view: ${Math.round(total_bytes / 1024)} KiB compressed.`);
  });
});

describe('settings', () => {
  it('switch the theme and the clock, and are kept', async () => {
    const { page, context } = await openPage(browser, { origin: collector.url, theme: 'light' });
    await page.goto('/traces');
    await page.getByRole('columnheader', { name: 'Start, UTC+05:45' }).waitFor();
    await page.getByRole('button', { name: 'Theme and time zone' }).click();
    await page.getByRole('radio', { name: 'Dark' }).click();
    await page.getByRole('radio', { name: 'UTC', exact: true }).click();
    expect(await isDark(page)).toBe(true);
    await page.reload();
    await page.getByRole('columnheader', { name: 'Start, UTC', exact: true }).waitFor();
    expect(await isDark(page)).toBe(true);
    await context.close();
  });
});

/** What axe calls serious or critical. */
async function findBarriers(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = (await page.evaluate('axe.run({ resultTypes: ["violations"] })')) as {
    violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[];
  };
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`));
}

async function isDark(page: Page): Promise<boolean> {
  const color = String(await page.evaluate('getComputedStyle(document.body).backgroundColor'));
  const channels = color.match(/\d+/g)!.slice(0, 3).map(Number);
  return Math.max(...channels) < 64;
}

async function overflowsSideways(page: Page): Promise<boolean> {
  return (await page.evaluate('document.documentElement.scrollWidth > innerWidth')) as boolean;
}
