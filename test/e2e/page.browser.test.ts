import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { agent, model, start, tool, withConversation, withVersions } from '@sextant/sdk';
import { expect, it, onTestFinished } from 'vitest';
import { launchBrowser, openPage } from '../dashboards/support/browser.ts';
import { builtPage } from '../dashboards/support/built-page.ts';
import { startCollector, untilStored } from '../support/collector.ts';
import { temporaryFolder } from '../support/folder.ts';

const screenshots = fileURLToPath(new URL('../output/page/', import.meta.url));

it('shows on the page, served by the real collector, what the SDK sent', async () => {
  await builtPage();
  const collector = await startCollector({ data: temporaryFolder() });
  await converse(collector.url);
  await untilStored(collector);
  const browser = await launchBrowser();
  onTestFinished(() => browser.close());
  const { page, problems, foreign_requests } = await openPage(browser, { origin: collector.url });

  await page.goto('/');
  await page.getByText('invoke_agent concierge').first().click();
  await page.getByRole('treegrid').waitFor();
  const rows = page.getByRole('treegrid').getByRole('row');
  for (const name of ['invoke_agent concierge', 'chat gpt-4o-mini', 'execute_tool find_room']) {
    expect(await rows.filter({ hasText: name }).count(), name).toBeGreaterThan(0);
  }
  await rows.filter({ hasText: 'chat gpt-4o-mini' }).first().click();
  await page.getByText('A room with a view of the harbour, please.').first().waitFor();
  mkdirSync(screenshots, { recursive: true });
  await page.screenshot({ path: `${screenshots}real-trace.png` });
  // The address alone leads back to the same span.
  await page.reload();
  await page.getByText('A room with a view of the harbour, please.').first().waitFor();

  for (const path of ['/drift', '/alerts', '/sql']) {
    await page.goto(path);
    await page.getByRole('main').waitFor();
  }
  expect(problems).toEqual([]);
  expect(foreign_requests).toEqual([]);
});

async function converse(url: string): Promise<void> {
  const sextant = start({ serviceName: 'hotel', url });
  const findRoom = tool('find_room', async (wish: string) => ({ room: 12, wish }));
  const ask = model(
    'gpt-4o-mini',
    async (_request: object) => ({
      model: 'gpt-4o-mini-2024-07-18',
      choices: [
        { index: 0, message: { role: 'assistant', content: 'Room 12 is yours.' }, finish_reason: 'stop' },
      ],
      usage: { prompt_tokens: 20, completion_tokens: 6, total_tokens: 26 },
    }),
    { provider: 'openai' },
  );
  const concierge = agent('concierge', async (wish: string) => {
    const room = await findRoom(wish);
    return await ask({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: room.wish }] });
  });
  await withConversation({ conversationId: 'stay-1', userId: 'guest' }, () =>
    withVersions({ prompt: { name: 'concierge', version: '3' } }, () =>
      concierge('A room with a view of the harbour, please.'),
    ),
  );
  await sextant.shutdown();
}
