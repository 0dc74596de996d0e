import { retrieval } from '@sextant/sdk';
import type OpenAI from 'openai';

const EMBEDDING_MODEL = 'text-embedding-3-small';

const pages: readonly string[] = [
  'Orders ship within two working days, and the tracking link comes by mail.',
  'A parcel that has not moved for five days is traced with the carrier.',
  'Goods can be returned within 30 days, unused and in their packaging.',
  'Refunds reach the card within five working days after the parcel is back.',
  'A password is reset by the link we send to the address of the account.',
  'Two-factor codes can be moved to another phone in the account settings.',
  'Invoices are in the account under Orders, and can be sent again by mail.',
  'A charge made twice is usually a reservation that disappears within three days.',
  'The delivery address can be changed until the parcel leaves the warehouse.',
  'Discount codes cannot be combined, and end at midnight of the day named.',
  'Furniture has a warranty of five years, electrical goods of two.',
  'Spare parts such as screws and hinges are sent free of charge.',
  'Fabric can be washed at 30 degrees; leather is cleaned with a damp cloth.',
  'The smart lock pairs by holding its button for five seconds.',
  'Firmware of the smart lock is updated in the app; keep the phone beside it.',
  'A lock that blinks red has a flat battery or lost its bridge.',
];

export interface Handbook {
  readonly pages: readonly { readonly text: string; readonly vector: readonly number[] }[];
}

/** Embeds the handbook once. */
export async function loadHandbook(client: OpenAI): Promise<Handbook> {
  const { data } = await client.embeddings.create({ model: EMBEDDING_MODEL, input: [...pages] });
  return { pages: pages.map((text, index) => ({ text, vector: data[index]?.embedding ?? [] })) };
}

export interface Search {
  readonly client: OpenAI;
  readonly handbook: Handbook;
  readonly query: string;
  readonly topK: number;
}

/** The pages closest to the question. */
export const searchHandbook = retrieval(
  'handbook',
  async ({ client, handbook, query, topK }: Search) => {
    const { data } = await client.embeddings.create({ model: EMBEDDING_MODEL, input: query });
    const vector = data[0]?.embedding ?? [];
    return handbook.pages
      .map((page, index) => ({ id: `page-${index}`, score: dot(page.vector, vector), content: page.text }))
      .toSorted((a, b) => b.score - a.score)
      .slice(0, topK);
  },
  { input: ({ query, topK }) => ({ query, topK }) },
);

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
}
