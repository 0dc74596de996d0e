import { attribute } from './known-telemetry.ts';
import type { KeyValue, Resource, Scope } from './otlp-json.ts';

/** Instruments of one meter, and what is recorded with each. */
export interface KnownMetrics {
  readonly resource: Resource;
  readonly scope: Scope;
  readonly schemaUrl: string;
  readonly instruments: readonly Instrument[];
}

export interface Instrument {
  readonly kind: 'counter' | 'up_down_counter' | 'gauge' | 'histogram' | 'exponential_histogram';
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  /** Upper bounds of the buckets of a histogram. */
  readonly boundaries?: readonly number[];
  readonly series: readonly Series[];
}

export interface Series {
  readonly attributes: readonly KeyValue[];
  /** In the order they are recorded. */
  readonly values: readonly number[];
}

export const instruments: readonly Instrument[] = [
  {
    kind: 'counter',
    name: 'checkout.orders',
    description: 'Orders placed.',
    unit: '{order}',
    series: [
      { attributes: [attribute('country', { stringValue: 'AT' })], values: [1, 2, 3] },
      { attributes: [attribute('country', { stringValue: 'PT' })], values: [10] },
    ],
  },
  {
    kind: 'up_down_counter',
    name: 'checkout.queue',
    description: '',
    unit: '{order}',
    series: [{ attributes: [], values: [5, -7] }],
  },
  {
    kind: 'gauge',
    name: 'checkout.temperature',
    description: 'The last reading counts.',
    unit: 'Cel',
    series: [{ attributes: [attribute('room', { intValue: '3' })], values: [21.5, 20.25] }],
  },
  {
    kind: 'histogram',
    name: 'gen_ai.client.operation.duration',
    description: 'Duration of model calls.',
    unit: 's',
    boundaries: [0.5, 1, 2],
    series: [
      { attributes: [attribute('gen_ai.request.model', { stringValue: 'm' })], values: [0.25, 0.5, 0.75, 9] },
    ],
  },
  {
    kind: 'exponential_histogram',
    name: 'checkout.size',
    description: 'Bytes.',
    unit: 'By',
    series: [{ attributes: [], values: [0, 1, 3, 1000, 1_000_000] }],
  },
];
