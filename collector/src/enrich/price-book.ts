import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { calcPrice, type ModelPrice, type PriceCalculation, waitForUpdate } from '@pydantic/genai-prices';

/** Prices of models in US dollars, as the package `@pydantic/genai-prices` lists them. */
export interface PriceBook {
  /** `name@version+hash`: the hash is of the prices, so that two books with one name are the same. */
  readonly name: string;
  /** The price of a model at a time; null when the book has none. */
  find(request: PriceRequest): ListedPrice | null;
}

interface PriceRequest {
  /** As in `gen_ai.provider.name`; null when unknown, and then the model's name decides. */
  readonly provider: string | null;
  readonly model: string;
  /** When the call was made, microseconds since 1970: prices change over time, some with the hour. */
  readonly time_us: number;
}

export interface ListedPrice {
  /** Provider and model as the book names them. */
  readonly provider: string;
  readonly model: string;
  readonly prices: Prices;
}

/** US dollars by unit: `input_mtok` is for a million input tokens. Some grow with the size of the request. */
export type Prices = Readonly<ModelPrice>;

/** Providers the package knows by another name than the conventions do. */
const book_providers: ReadonlyMap<string, string> = new Map([
  ['azure.ai.openai', 'azure'],
  ['azure.ai.inference', 'azure'],
  ['aws.bedrock', 'aws'],
  ['gcp.gen_ai', 'google'],
  ['gcp.gemini', 'google'],
  ['gcp.vertex_ai', 'google'],
  ['mistral_ai', 'mistral'],
  ['moonshot_ai', 'moonshotai'],
  ['x_ai', 'x-ai'],
]);

/** With this provider the package takes a prefix of the model for the provider, as in `mistral/mistral-small`. */
const provider_from_model = 'litellm';

const package_name = '@pydantic/genai-prices';
const memory_entries_max = 10_000;
/** No model has a longer name; a longer one is not worth matching and remembering. */
const model_length_max = 256;
const day_us = 86_400_000_000;

/** Opens the price book that comes with the package. */
export async function openPriceBook(): Promise<PriceBook> {
  const providers = await waitForUpdate();
  const hash = createHash('sha256').update(JSON.stringify(providers)).digest('hex').slice(0, 12);
  return { name: `${package_name}@${await packageVersion()}+${hash}`, find: rememberPrices(lookUp) };
}

interface Found {
  readonly price: ListedPrice | null;
  readonly changes: 'never' | 'daily' | 'hourly';
}

/** Looking a model up takes the package some ten microseconds: answers are kept as long as they hold. */
function rememberPrices(find: (request: PriceRequest) => Found): PriceBook['find'] {
  const memory = new Map<string, Found>();
  return (request) => {
    if (request.model.length > model_length_max) return null;
    const key = `${request.provider ?? ''}\n${request.model}`;
    const known = memory.get(key) ?? memory.get(dayKey(key, request));
    if (known !== undefined) return known.price;
    const found = find(request);
    if (memory.size >= memory_entries_max) memory.clear();
    if (found.changes !== 'hourly') memory.set(found.changes === 'never' ? key : dayKey(key, request), found);
    return found.price;
  };
}

function dayKey(key: string, { time_us }: PriceRequest): string {
  return `${key}\n${Math.floor(time_us / day_us)}`;
}

function lookUp({ provider, model, time_us }: PriceRequest): Found {
  const providerId = provider === null ? provider_from_model : (book_providers.get(provider) ?? provider);
  const found = calcPrice({}, model, { providerId, timestamp: new Date(time_us / 1000) });
  if (found === null) return { price: null, changes: 'never' };
  const price = { provider: found.provider.id, model: found.model.id, prices: found.model_price };
  return { price, changes: howOftenItChanges(found.model) };
}

function howOftenItChanges({ prices }: PriceCalculation['model']): Found['changes'] {
  if (!Array.isArray(prices)) return 'never';
  return prices.some((price) => price.constraint?.type === 'time_of_date') ? 'hourly' : 'daily';
}

async function packageVersion(): Promise<string> {
  const manifest = new URL('../package.json', import.meta.resolve(package_name));
  const { version }: { version: string } = JSON.parse(await readFile(manifest, 'utf8'));
  return version;
}
