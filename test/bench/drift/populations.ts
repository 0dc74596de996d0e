import { createFit, type Fit, fitUnits } from '@sextant/detectors';
import { createRandom, type RandomSource, shuffled } from '../../../detectors/src/sketches/random.ts';
import { dimension, loadEmbeddings } from '../../detectors/support/embeddings.ts';
import { createPool, type Pool } from '../../detectors/support/pool.ts';

export interface Population {
  readonly name: string;
  readonly fit: Fit;
  /** What the fit was made from. */
  readonly fit_vectors: readonly Float32Array[];
  /** Rows that the fit has not seen. */
  readonly known: Pool;
  readonly intents: readonly string[];
  readonly n_reference: number;
  /** Rows of other populations, by name. */
  readonly foreign: Readonly<Record<string, Pool>>;
}

interface Texts {
  readonly vectors: readonly Float32Array[];
  readonly intents: readonly string[];
}

const messages_per_conversation = 5;

/** Loaders of the populations the figures are measured on; two of three show that nothing is tuned to one. */
export const populations = { clinc: loadClinc, banking: loadBanking, hidden: loadHidden } as const;
export type PopulationName = keyof typeof populations;
export const population_names = Object.keys(populations) as PopulationName[];

function loadClinc(): Population {
  const { known: vectors, known_intents: intents, out_of_scope, banking } = loadEmbeddings();
  return population(
    'clinc150',
    { vectors, intents },
    {
      fit_rows: 2_500,
      n_reference: 10_000,
      foreign: { 'out-of-scope': out_of_scope, banking77: banking },
    },
  );
}

function loadBanking(): Population {
  const { known, out_of_scope, banking: vectors, banking_intents: intents } = loadEmbeddings();
  return population(
    'banking77',
    { vectors, intents },
    {
      fit_rows: 2_000,
      n_reference: 7_000,
      foreign: { clinc150: known.filter((_, row) => row % 5 === 0), 'out-of-scope': out_of_scope },
    },
  );
}

/** Every tenth intent is in neither the fit nor the reference, and comes up in the window. */
function loadHidden(): Population {
  const { known: vectors, known_intents: intents } = loadEmbeddings();
  const texts = { vectors, intents };
  const names = [...new Set(texts.intents)].sort();
  const hidden = new Set(names.filter((_, index) => index % 10 === 3));
  const pick = (is_hidden: boolean): Texts => {
    const keep = texts.intents.map((intent) => hidden.has(intent) === is_hidden);
    return {
      vectors: texts.vectors.filter((_, row) => keep[row]),
      intents: texts.intents.filter((_, row) => keep[row]),
    };
  };
  return population('clinc150 without every tenth intent', pick(false), {
    fit_rows: 2_500,
    n_reference: 10_000,
    foreign: { 'hidden intents': pick(true).vectors },
  });
}

interface PopulationOptions {
  readonly fit_rows: number;
  readonly n_reference: number;
  readonly foreign: Readonly<Record<string, readonly Float32Array[]>>;
}

function population(name: string, texts: Texts, options: PopulationOptions): Population {
  const order = shuffled(Array.from(texts.vectors.keys()), createRandom(21));
  const vectors = order.map((row) => texts.vectors[row] as Float32Array);
  const fit_vectors = vectors.slice(0, options.fit_rows);
  const fit = createFit({ encoder: 'MiniLM', dimension, vectors: fit_vectors });
  const pool = (rows: readonly Float32Array[]) =>
    createPool(
      fit,
      rows.map((row) => [row]),
    );
  return {
    ...{ name, fit, fit_vectors },
    known: pool(vectors.slice(options.fit_rows)),
    intents: order.slice(options.fit_rows).map((row) => texts.intents[row] as string),
    n_reference: options.n_reference,
    foreign: Object.fromEntries(Object.entries(options.foreign).map(([key, rows]) => [key, pool(rows)])),
  };
}

/** Conversations: a sixth of them for the fit, the others measured. */
export function loadConversations(): Pick<Population, 'known' | 'intents'> {
  const dealt = dealConversations(createRandom(22));
  const cut = Math.floor(dealt.length / 6);
  const vectors = dealt.map((conversation) => conversation.vectors);
  const fit = fitUnits({ encoder: 'MiniLM', dimension, units: vectors.slice(0, cut) });
  return {
    known: createPool(fit, vectors.slice(cut)),
    intents: dealt.slice(cut).map(({ intent }) => intent),
  };
}

/** Five messages of one intent. */
interface Conversation {
  readonly intent: string;
  readonly vectors: readonly Float32Array[];
}

export function dealConversations(random: RandomSource): Conversation[] {
  const { known, known_intents } = loadEmbeddings();
  const of_intent = Map.groupBy(known.keys(), (row) => known_intents[row] as string);
  const conversations = [...of_intent].flatMap(([intent, rows]) => {
    const dealt = shuffled(rows, random).map((row) => known[row] as Float32Array);
    return Array.from({ length: Math.floor(dealt.length / messages_per_conversation) }, (_, index) => ({
      intent,
      vectors: dealt.slice(index * messages_per_conversation, (index + 1) * messages_per_conversation),
    }));
  });
  return shuffled(conversations, random);
}
