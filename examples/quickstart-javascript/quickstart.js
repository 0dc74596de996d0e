import { agent, model, start, tool } from '@sextant/sdk';

const sextant = start({ serviceName: 'quickstart-javascript' });

// A stand-in for a model, so that no key is needed. With the openai package: instrument(new OpenAI()).
const ask = model(
  'stand-in-1',
  async ({ messages }) => ({
    choices: [
      { message: { role: 'assistant', content: `You asked: ${messages[0].content}` }, finish_reason: 'stop' },
    ],
    usage: { prompt_tokens: 12, completion_tokens: 8 },
  }),
  { provider: 'stand-in' },
);
const findOrder = tool('find_order', async (id) => ({ id, status: 'shipped' }));

const answer = agent('support', async (question) => {
  const order = await findOrder('A-17');
  const completion = await ask({ messages: [{ role: 'user', content: `${question} (${order.status})` }] });
  return completion.choices[0].message.content;
});

console.log(await answer('Where is my order?'));
await sextant.shutdown();
console.log(`${sextant.stats().delivered} spans delivered`);
