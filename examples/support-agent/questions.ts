import { slots, type TopicName, topics } from './topics.ts';

export interface Question {
  readonly topic: TopicName;
  /** What the user says first, and for some a second time. */
  readonly turns: readonly string[];
}

/** Shares of topics at different times. `new_product` brings topics and words nobody asked about before. */
export const topic_mixes = {
  ordinary: {
    delivery: 30,
    refund: 20,
    account: 12,
    billing: 12,
    warranty: 8,
    assembly: 8,
    care: 5,
    discount: 5,
  },
  /** The same topics in other shares, as before a holiday. */
  holiday: {
    delivery: 50,
    refund: 10,
    account: 5,
    billing: 10,
    warranty: 3,
    assembly: 5,
    care: 2,
    discount: 15,
  },
  /** A smart lock was launched, and its firmware fails. */
  new_product: { lock_pairing: 30, lock_firmware: 35, lock_battery: 10, delivery: 12, refund: 8, account: 5 },
} as const satisfies Record<string, Partial<Record<TopicName, number>>>;

export type TopicMix = keyof typeof topic_mixes;

/** A function that asks a new question at every call; the same seed asks the same ones. */
export function createQuestions({ seed }: { readonly seed: number }): (mix: TopicMix) => Question {
  const random = createRandom(seed);
  return (mix) => {
    const topic = weighted(topic_mixes[mix], random);
    const { asks, followUps } = topics[topic];
    const say = (templates: readonly string[]) => fill(pick(templates, random), random);
    const parts = [
      random() < 0.5 ? pick(slots.hello, random) : '',
      say(asks),
      random() < 0.6 ? fill(pick(slots.context, random), random) : '',
      random() < 0.5 ? pick(slots.please, random) : '',
    ];
    const first = parts.filter((part) => part !== '').join(' ');
    return { topic, turns: random() < 0.25 ? [first, say(followUps)] : [first] };
  };
}

/** Replaces each `{slot}` by one of its words. */
function fill(template: string, random: () => number): string {
  return template.replace(/\{(\w+)\}/g, (_whole, name: string) =>
    name === 'order'
      ? `A-${10_000 + Math.floor(random() * 90_000)}`
      : pick(slots[name as keyof typeof slots] ?? [name], random),
  );
}

function weighted(mix: Partial<Record<TopicName, number>>, random: () => number): TopicName {
  const entries = Object.entries(mix) as [TopicName, number][];
  let left = random() * entries.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [topic, weight] of entries) {
    left -= weight;
    if (left < 0) return topic;
  }
  return 'delivery';
}

function pick(list: readonly string[], random: () => number): string {
  return list[Math.floor(random() * list.length)] ?? '';
}

/** Park and Miller's generator: state × 48271 modulo 2³¹ − 1; numbers from 0 to below 1. */
function createRandom(seed: number): () => number {
  let state = (Math.abs(Math.trunc(seed)) % 2_147_483_646) + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return (state - 1) / 2_147_483_646;
  };
}
