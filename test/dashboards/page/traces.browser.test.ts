import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, openPage } from '../support/browser.ts';
import { exampleConversations } from '../support/conversations.ts';
import { type FakeCollector, startFakeCollector } from '../support/fake-collector.ts';
import { tracesOf } from '../support/fake-traces.ts';

let browser: Browser;
let collector: FakeCollector;

beforeAll(async () => {
  const conversations = Array.from({ length: 10 }, exampleConversations).flat();
  collector = await startFakeCollector({ traces: tracesOf(conversations, Date.now()) });
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await collector?.close();
});

async function withTraces(path: string, act: (page: Page) => Promise<void>): Promise<void> {
  const { page, context, problems } = await openPage(browser, { origin: collector.url });
  await page.goto(path);
  await page.getByRole('search').waitFor();
  await act(page);
  expect(problems).toEqual([]);
  await context.close();
}

const query = (page: Page) => new URL(page.url()).search;

describe('filters', () => {
  it('go into the URL, narrow the list, and come back on reload and on back', async () => {
    await withTraces('/traces', async (page) => {
      await page.getByText('50 traces so far').waitFor();
      await page.getByRole('button', { name: 'Service', exact: true }).click();
      await page.keyboard.type('canary');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await page.getByText('40 traces, no more').waitFor();
      expect(query(page)).toBe('?service=airline-support-canary');
      expect(collector.requests.at(-1)).toContain('service=airline-support-canary');

      await page.reload();
      await page.getByText('40 traces, no more').waitFor();
      await page.getByRole('button', { name: 'Service: airline-support-canary' }).waitFor();

      await page.goBack();
      await page.getByText('50 traces so far').waitFor();
      expect(query(page)).toBe('');
      await page.goForward();
      await page.getByRole('button', { name: 'Clear filter Service' }).click();
      await page.getByText('50 traces so far').waitFor();
      expect(query(page)).toBe('');
    });
  });

  it('take typed texts, and say when nothing matches', async () => {
    await withTraces('/traces', async (page) => {
      await page.getByRole('button', { name: 'User', exact: true }).click();
      await page.getByRole('textbox', { name: 'User id' }).fill('user_3');
      await page.keyboard.press('Enter');
      await page.getByText('20 traces, no more').waitFor();
      await page.getByRole('searchbox', { name: 'Span name or id' }).fill('nothing like it');
      await page.getByText('Nothing matches').waitFor();
      expect(query(page)).toBe('?user=user_3&text=nothing+like+it');
      await page.getByRole('button', { name: 'Clear filters' }).click();
      await page.getByText('50 traces so far').waitFor();
      expect(await page.getByRole('searchbox', { name: 'Span name or id' }).inputValue()).toBe('');
    });
  });
});

describe('the time range', () => {
  it('is relative or absolute, and its default is not written', async () => {
    await withTraces('/traces?range=7d', async (page) => {
      await page.getByRole('button', { name: 'Time range: Last 7 days' }).click();
      await page.getByRole('button', { name: 'Last 24 hours' }).click();
      await page.getByRole('button', { name: 'Time range: Last 24 hours' }).click();
      expect(query(page)).toBe('');
      await page.getByLabel('From').fill('2026-01-02T05:45');
      await page.getByLabel('To', { exact: true }).fill('2026-01-03T05:45');
      await page.getByRole('button', { name: 'Apply' }).click();
      await page.getByRole('button', { name: /UTC\+05:45/ }).waitFor();
      const parameters = new URLSearchParams(query(page));
      expect(Object.fromEntries(parameters)).toEqual({
        from: '2026-01-02T00:00:00.000Z',
        to: '2026-01-03T00:00:00.000Z',
      });
      expect(await page.getByRole('button', { name: 'Auto refresh' }).isDisabled()).toBe(true);
    });
  });
});

describe('the list', () => {
  it('loads more, and draws only what is in sight', async () => {
    await withTraces('/traces', async (page) => {
      for (const loaded of ['100 traces so far', '120 traces, no more']) {
        await page.getByRole('button', { name: 'Load more' }).click();
        await page.getByText(loaded).waitFor();
      }
      expect(await page.locator('tbody tr').count()).toBeLessThan(60);
    });
  });

  it('asks again by itself unless told not to', async () => {
    await withTraces('/traces?refresh=off', async (page) => {
      await page.getByText('50 traces so far').waitFor();
      const toggle = page.getByRole('button', { name: 'Auto refresh' });
      expect(await toggle.getAttribute('aria-pressed')).toBe('false');
      await toggle.click();
      expect(query(page)).toBe('');
      await page.waitForResponse((response) => response.url().includes('/api/traces?'));
    });
  });

  it('opens a trace, and back returns to the filtered list', async () => {
    await withTraces('/traces?service=airline-support', async (page) => {
      await page.getByRole('link', { name: 'invoke_agent airline-agent' }).first().click();
      await page.getByRole('treegrid').waitFor();
      await page.goBack();
      await page.getByRole('button', { name: 'Service: airline-support' }).waitFor();
    });
  });
});
