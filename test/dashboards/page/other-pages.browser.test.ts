import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, openPage, type WatchedPage } from '../support/browser.ts';
import { exampleConversations } from '../support/conversations.ts';
import { type FakeCollector, startFakeCollector } from '../support/fake-collector.ts';
import { tracesOf } from '../support/fake-traces.ts';

let browser: Browser;
let collector: FakeCollector;

beforeAll(async () => {
  collector = await startFakeCollector({ traces: tracesOf(exampleConversations(), Date.now()) });
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await collector?.close();
});

async function withPage(path: string, act: (watched: WatchedPage) => Promise<void>): Promise<void> {
  const watched = await openPage(browser, { origin: collector.url });
  await watched.page.goto(path);
  await act(watched);
  await watched.context.close();
}

describe('the SQL page', () => {
  it('runs with Ctrl+Enter, keeps the statement in the URL, and links trace ids', async () => {
    await withPage('/sql', async ({ page, problems }) => {
      await page.getByRole('textbox', { name: 'SQL statement' }).fill('SELECT * FROM spans');
      await page.keyboard.press('Control+Enter');
      await page.getByText('12 rows').waitFor();
      expect(new URL(page.url()).searchParams.get('sql')).toBe('SELECT * FROM spans');
      await page.reload();
      await page.getByText('12 rows').waitFor();
      expect(await page.getByRole('textbox', { name: 'SQL statement' }).inputValue()).toBe(
        'SELECT * FROM spans',
      );
      await page.getByRole('table', { name: 'Result' }).getByRole('link').first().click();
      await page.getByRole('treegrid').waitFor();
      expect(problems).toEqual([]);
    });
  });

  it('shows what was wrong with a statement', async () => {
    await withPage('/sql?sql=SELECT+1+FROM+nowhere', async ({ page }) => {
      await page.getByRole('alert').getByText('Table with name nowhere does not exist').waitFor();
    });
  });

  it('says when rows were cut, and draws only those in sight', async () => {
    await withPage('/sql?sql=SELECT+*+FROM+range(20000)', async ({ page, problems }) => {
      await page.getByText('Cut at the row limit').waitFor();
      await page.getByText('10,000 rows').waitFor();
      expect(await page.locator('tbody tr').count()).toBeLessThan(100);
      expect(problems).toEqual([]);
    });
  });
});

describe('the drift page', () => {
  it('chooses features and slices by URL, and shows the chart as a table', async () => {
    await withPage('/drift', async ({ page, problems }) => {
      await page.getByRole('button', { name: /Effect of 72 windows/ }).focus();
      await page.keyboard.press('ArrowLeft');
      await page
        .getByRole('figure')
        .getByRole('status')
        .getByText(/drifted, effect/)
        .waitFor();
      await page.getByRole('radio', { name: 'Table' }).click();
      expect(await page.getByRole('row').count()).toBe(73);
      await page.getByRole('button', { name: 'Slice: All spans' }).click();
      await page.getByRole('option', { name: 'service: airline-support-canary' }).click();
      await page.waitForURL(/slice_key=service&slice_value=airline-support-canary/);
      await page.reload();
      await page.getByRole('button', { name: 'Slice: service: airline-support-canary' }).waitFor();
      await page.getByRole('link', { name: /embedding.search_query/ }).click();
      await page.getByText('No verdicts yet').waitFor();
      expect(new URL(page.url()).search).toBe('?feature=embedding.search_query');
      expect(problems).toEqual([]);
    });
  });
});

describe('the alerts page', () => {
  it('filters by state and links to traces and drift', async () => {
    await withPage('/alerts', async ({ page, problems }) => {
      await page.getByRole('radio', { name: 'Resolved' }).click();
      await page.getByText('getaddrinfo ENOTFOUND').waitFor();
      expect(await page.getByRole('article').count()).toBe(1);
      expect(new URL(page.url()).search).toBe('?state=resolved');
      await page.getByText('sextant detect --from').waitFor();
      await page.getByRole('button', { name: 'Copy the query' }).waitFor();
      await page.getByRole('link', { name: 'Drift of this feature' }).click();
      await page.getByRole('button', { name: 'Slice: prompt_version: 2026-11-03' }).waitFor();
      expect(problems).toEqual([]);
    });
  });

  it('shows what waits, and lets a person acknowledge and silence', async () => {
    await withPage('/alerts', async ({ page, problems }) => {
      const waiting = page.getByRole('list', { name: 'Rules that wait' });
      await waiting.getByText('rule no_data, error_rate, model: gpt-4o').waitFor();
      expect(await waiting.getByRole('listitem').count()).toBe(3);
      await page.getByRole('button', { name: 'Acknowledge' }).click();
      await page.getByText('Acknowledged by ada').waitFor();
      await page.getByRole('button', { name: 'Silence for 2 hours' }).click();
      await page.getByText('Silenced', { exact: true }).waitFor();
      expect(await page.getByRole('button', { name: 'Acknowledge' }).count()).toBe(0);
      expect(problems).toEqual([]);
    });
  });

  it('is where the address in a notification leads', async () => {
    await withPage('/alerts/a2', async ({ page }) => {
      await page.waitForURL(/\/alerts\?alert=a2$/);
      await page.getByText('<b>embedding.user_message</b>').waitFor();
    });
  });
});
