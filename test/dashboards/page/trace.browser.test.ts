import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, openPage } from '../support/browser.ts';
import { exampleConversations } from '../support/conversations.ts';
import { type FakeCollector, startFakeCollector } from '../support/fake-collector.ts';
import {
  big_trace_id,
  bigOutline,
  hostile_trace_id,
  hostileTrace,
  late_trace_id,
  lateOutline,
  tracesOf,
} from '../support/fake-traces.ts';

const big_spans = 50_000;

let browser: Browser;
let collector: FakeCollector;
let trace_id: string;

beforeAll(async () => {
  const now = Date.now();
  const traces = tracesOf(exampleConversations(), now);
  trace_id = traces[0]!.trace_id;
  const outlines = new Map([
    [big_trace_id, bigOutline(big_spans)],
    [late_trace_id, lateOutline()],
  ]);
  collector = await startFakeCollector({ traces: [hostileTrace(now), ...traces], outlines });
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await collector?.close();
});

async function withTrace(id: string, act: (page: Page) => Promise<void>): Promise<void> {
  const { page, context, problems, foreign_requests } = await openPage(browser, { origin: collector.url });
  await page.goto(`/traces/${id}`);
  await page.getByRole('treegrid').waitFor();
  await act(page);
  expect({ problems, foreign_requests }).toEqual({ problems: [], foreign_requests: [] });
  await context.close();
}

/** Name of the row the keyboard is at. */
async function cursorRow(page: Page): Promise<string | null> {
  const id = await page.getByRole('treegrid').getAttribute('aria-activedescendant');
  return page.locator(`[id="${id}"] td`).first().textContent();
}

describe('the waterfall', () => {
  it('never cuts off the first digits of a duration', async () => {
    await withTrace(late_trace_id, async (page) => {
      for (const width of [1440, 1000, 700]) {
        await page.setViewportSize({ width, height: 900 });
        const hidden_px = await page.locator('tr[aria-rowindex] td:last-child').evaluateAll((tracks) =>
          tracks.map((track) => {
            const words_px = track.lastElementChild?.getBoundingClientRect().left ?? Number.NaN;
            return track.getBoundingClientRect().left - words_px;
          }),
        );
        expect(hidden_px.length).toBeGreaterThan(1);
        expect(Math.max(...hidden_px), `${width} px wide`).toBeLessThan(1);
      }
    });
  });

  it('is used by keyboard: moves, folds, unfolds, and the URL follows', async () => {
    await withTrace(trace_id, async (page) => {
      const grid = page.getByRole('treegrid');
      await grid.focus();
      await page.keyboard.press('Home');
      expect(await cursorRow(page)).toContain('invoke_agent');
      expect(await page.locator('tr[aria-expanded]').first().getAttribute('aria-expanded')).toBe('true');
      await page.keyboard.press('ArrowLeft');
      expect(await grid.getAttribute('aria-rowcount')).toBe('2');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowDown');
      expect(await cursorRow(page)).toContain('execute_tool find_booking');
      await page.waitForURL(/span=/);
      await page.getByRole('heading', { name: 'execute_tool find_booking' }).waitFor();
      expect(await page.evaluate('document.activeElement.getAttribute("role")')).toBe('treegrid');
      const shared = page.url();
      await page.goto('about:blank');
      await page.goto(shared);
      await page.getByRole('heading', { name: 'execute_tool find_booking' }).waitFor();
      expect(await cursorRow(page)).toContain('execute_tool find_booking');
    });
  });

  it('shows a trace of 50,000 spans with few rows in the document', async () => {
    await withTrace(big_trace_id, async (page) => {
      const grid = page.getByRole('treegrid');
      expect(await grid.getAttribute('aria-rowcount')).toBe(String(big_spans + 1));
      const rows = () => page.locator('[role=treegrid] tbody tr').count();
      expect(await rows()).toBeGreaterThan(20);
      expect(await rows()).toBeLessThan(100);
      await page.getByText('1 without their parent').waitFor();
      await grid.focus();
      await page.keyboard.press('End');
      await page.locator(`tr[aria-rowindex="${big_spans + 1}"]`).waitFor();
      expect(await rows()).toBeLessThan(100);
      await page.getByRole('button', { name: 'Fold all', exact: true }).click();
      expect(await grid.getAttribute('aria-rowcount')).toBe('3');
    });
  });
});

describe('the span', () => {
  it('shows the conversation with results at their calls, and reasoning folded', async () => {
    await withTrace(trace_id, async (page) => {
      const panel = page.getByRole('region', { name: 'Span' });
      await panel.getByText('You are booked in').waitFor();
      expect(await panel.getByText('find_booking').count()).toBe(1);
      expect(await panel.getByText('so I can look it up').isVisible()).toBe(false);
      await panel.getByText(/^Reasoning/).click();
      expect(await panel.getByText('so I can look it up').isVisible()).toBe(true);
      await panel.getByText('Result', { exact: true }).click();
      expect(await panel.locator('pre', { hasText: '"city": "Pokhara"' }).isVisible()).toBe(true);
      expect(await panel.locator('strong', { hasText: 'Pokhara' }).count()).toBe(1);
    });
  });

  it('shows facts, attributes that can be searched, and the raw document', async () => {
    await withTrace(trace_id, async (page) => {
      await page.getByRole('tab', { name: 'Facts' }).click();
      await page.getByText('Price book').waitFor();
      await page.getByRole('tab', { name: /Attributes/ }).click();
      await page.getByRole('searchbox', { name: 'Search attributes' }).fill('TEMPERATURE');
      expect(await page.getByRole('rowheader').allTextContents()).toEqual(['gen_ai.request.temperature']);
      await page.getByRole('tab', { name: 'Raw' }).click();
      await page.getByText('"input_messages": [').waitFor();
    });
  });

  it('says so where a trace is not stored', async () => {
    const { page, context } = await openPage(browser, { origin: collector.url });
    await page.goto('/traces/none');
    await page.getByRole('alert').getByText('No span of this trace is stored.').waitFor();
    await context.close();
  });
});

describe('hostile content', () => {
  it('stays text, leads nowhere harmful and asks nobody for anything', async () => {
    await withTrace(hostile_trace_id, async (page) => {
      await page.getByText('Answer of this call').waitFor();
      await page.waitForLoadState('networkidle');
      expect(await page.title()).toBe('Sextant');
      expect(await page.locator('main script, main img, main b, main iframe').count()).toBe(0);
      const links = await page.evaluate(
        '[...document.querySelectorAll("main a")].map((link) => link.protocol)',
      );
      expect([...new Set(links as string[])].sort()).toEqual(['http:', 'https:']);
      expect(await page.getByText('javascript:').count()).toBe(0);
      expect(await page.getByText('Image not loaded: a pixel').count()).toBe(2);
      expect(await page.getByText('[U+202E]gnp.exe').count()).toBe(2);
      expect(await page.getByText('"type": "hologram"').count()).toBe(1);
      for (const view of ['Facts', 'Attributes', 'Events', 'Raw']) {
        await page.getByRole('tab', { name: view }).click();
        expect(await page.locator('main script, main img, main b').count()).toBe(0);
      }
    });
  });

  it('stays text in the list too', async () => {
    const { page, context, problems } = await openPage(browser, { origin: collector.url });
    await page.goto('/traces');
    await page.getByRole('link', { name: '<script>document.title' }).waitFor();
    expect(await page.title()).toBe('Sextant');
    expect(problems).toEqual([]);
    await context.close();
  });
});
