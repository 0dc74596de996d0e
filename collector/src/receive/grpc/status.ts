import type { StatusObject } from '@grpc/grpc-js';
import { SextantError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { type Counters, countUp } from '../counters.ts';
import { encodeStatus, messageOf, rpcCode } from '../status.ts';
import type { GrpcLibrary } from './library.ts';

/** Makes the status of a call that failed, and counts it. */
export type StatusOf = (error: unknown) => StatusObject;

export interface StatusParts {
  readonly library: Pick<GrpcLibrary, 'Metadata'>;
  readonly counters: Counters;
  readonly log: Log;
}

/**
 * The details of a status, among them when to try again, travel as google.rpc.Status in the trailer that gRPC
 * names for it.
 */
export function createStatusOf({ library, counters, log }: StatusParts): StatusOf {
  return (error) => {
    const known =
      error instanceof SextantError ? error : new SextantError('internal', undefined, { cause: error });
    countUp(counters.refused, known.code);
    if (known.code === 'internal') log.error({ error }, 'A gRPC call failed.');
    const metadata = new library.Metadata();
    metadata.set('grpc-status-details-bin', encodeStatus(known, 'protobuf'));
    return { code: rpcCode(known.status), details: messageOf(known), metadata };
  };
}
