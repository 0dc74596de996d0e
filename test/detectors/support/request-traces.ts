import { readShared } from '../../support/shared-data.ts';
import type { Uniform } from './skew-windows.ts';

type Population = (uniform: Uniform) => readonly number[];

/**
 * Token counts of requests to two production services for language models (Azure, November 2023), drawn at random: heavy tails, piles at limits,
 * values that come again and again.
 */
export function loadRequestTraces() {
  const [chat, code] = [readRequests('conv'), readRequests('code')];
  return {
    'tokens of prompts, chat': drawn(chat.map(({ prompt }) => prompt)),
    'tokens of answers, chat': drawn(chat.map(({ answer }) => answer)),
    'tokens of prompts, code': drawn(code.map(({ prompt }) => prompt)),
    'tokens of answers, code': drawn(code.map(({ answer }) => answer)),
    'tokens of both, chat': drawnTogether(chat.map(({ prompt, answer }) => [prompt, answer])),
  } satisfies Record<string, Population>;
}

interface Request {
  readonly prompt: number;
  readonly answer: number;
}

function readRequests(service: 'conv' | 'code'): Request[] {
  const text = readShared(`azure-llm-inference-2023/AzureLLMInferenceTrace_${service}.csv.gz`);
  const [, ...lines] = text.trim().split(/\r?\n/);
  return lines.map((line) => {
    const [, prompt, answer] = line.split(',');
    return { prompt: Number(prompt), answer: Number(answer) };
  });
}

function drawn(values: readonly number[]): Population {
  return drawnTogether(values.map((value) => [value]));
}

function drawnTogether(units: readonly (readonly number[])[]): Population {
  return (uniform) => units[Math.floor(uniform() * units.length)] as readonly number[];
}
