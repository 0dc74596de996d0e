import type { Journal } from '../journal/journal.ts';
import { type Accept, createAccept } from './accept.ts';
import { type Admission, type AdmissionLimits, createAdmission } from './admission.ts';
import { type Connections, createConnections } from './connections.ts';
import { type Counters, newCounters } from './counters.ts';

/** What OTLP/HTTP and OTLP/gRPC share: one set of limits, one journal, one count. */
export interface Intake {
  readonly accept: Accept;
  readonly admission: Admission;
  readonly connections: Connections;
  readonly counters: Counters;
  readonly body_bytes_max: number;
  /** Longest time a sender may take for its headers and body. */
  readonly body_timeout_ms: number;
}

export interface IntakeParts extends AdmissionLimits {
  readonly journal: Pick<Journal, 'append'>;
  readonly body_bytes_max: number;
  readonly body_timeout_ms: number;
  readonly connections_max: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export function createIntake(parts: IntakeParts): Intake {
  const counters = newCounters();
  const { body_bytes_max, body_timeout_ms, connections_max } = parts;
  const onDropped = () => {
    counters.connections_dropped += 1;
  };
  return {
    accept: createAccept({ ...parts, counters }),
    // Rates are of time that passes, whatever happens to the date.
    admission: createAdmission({ ...parts, now: () => performance.now() }),
    connections: createConnections({ connections_max, onDropped }),
    counters,
    body_bytes_max,
    body_timeout_ms,
  };
}
