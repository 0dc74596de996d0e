import { instrument, start } from '@sextant/sdk';
import OpenAI from 'openai';
import { runConversation } from './agent.ts';
import { loadHandbook } from './handbook.ts';
import { createQuestions } from './questions.ts';
import { startStubServer } from './stub-server.ts';

/** Ten conversations with the first prompt, ten with the second. Everything here is simulated. */
const sextant = start({ serviceName: 'support-agent', resourceAttributes: { 'example.simulated': true } });
const stub = await startStubServer();
const client = instrument(new OpenAI({ baseURL: stub.url, apiKey: 'simulated' }));
const handbook = await loadHandbook(client);
const ask = createQuestions({ seed: 1 });

for (let n = 0; n < 20; n += 1) {
  const { turns } = ask('ordinary');
  const answers = await runConversation({
    client,
    handbook,
    turns,
    promptVersion: n < 10 ? '1' : '2',
    conversationId: `conversation-${n}`,
    userId: `user-${n % 7}`,
  });
  for (const [turn, answer] of answers.entries()) console.log(`> ${turns[turn]}\n${answer}\n`);
}

await sextant.shutdown();
await stub.close();
console.log(`${sextant.stats().delivered} spans delivered`);
