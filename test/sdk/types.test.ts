import {
  agent,
  chain,
  embedding,
  instrument,
  model,
  retrieval,
  tool,
  withConversation,
  withVersions,
} from '@sextant/sdk';
import OpenAI from 'openai';
import { describe, expectTypeOf, it } from 'vitest';

describe('types', () => {
  it('a wrapped function has the type of the function', () => {
    const sync = (a: number, b?: string) => `${a}${b}`;
    const promise = async (a: { id: string }) => a.id.length;
    async function* generator(n: number): AsyncGenerator<string, number, boolean> {
      yield String(n);
      return n;
    }
    function generic<T>(value: T): T[] {
      return [value];
    }
    function overloaded(value: string): string;
    function overloaded(value: number): number;
    function overloaded(value: string | number): string | number {
      return value;
    }
    expectTypeOf(tool('t', sync)).toEqualTypeOf<typeof sync>();
    expectTypeOf(model('m', promise)).toEqualTypeOf<typeof promise>();
    expectTypeOf(chain('c', generator)).toEqualTypeOf<typeof generator>();
    const wrapped = agent('a', generic);
    expectTypeOf(wrapped<string>).toEqualTypeOf<(value: string) => string[]>();
    expectTypeOf(retrieval('r', overloaded)).toEqualTypeOf<typeof overloaded>();
    expectTypeOf(embedding('e', sync, {})).toEqualTypeOf<typeof sync>();
  });

  it('extractors see arguments and results of the function', () => {
    model('m', async (question: string, top: number) => ({ text: question, top }), {
      input(question, top) {
        expectTypeOf(question).toEqualTypeOf<string>();
        expectTypeOf(top).toEqualTypeOf<number>();
        return question;
      },
      output(result) {
        expectTypeOf(result).toEqualTypeOf<{ text: string; top: number }>();
        return result.text;
      },
      usage: (result) => ({ inputTokens: result.top }),
    });
    model(
      'm',
      async function* () {
        yield { delta: 'x' };
      },
      {
        output(chunks) {
          expectTypeOf(chunks).toEqualTypeOf<readonly { delta: string }[]>();
          return chunks;
        },
      },
    );
  });

  it('clients and contexts keep their types', () => {
    expectTypeOf(instrument(new OpenAI({ apiKey: 'none' }))).toEqualTypeOf<OpenAI>();
    expectTypeOf(withVersions({ deployment: '1' }, () => 5)).toEqualTypeOf<number>();
    expectTypeOf(withConversation({ userId: 'u' }, async () => 'x')).toEqualTypeOf<Promise<string>>();
  });
});
