import type { Metadata, ServerInterceptor } from '@grpc/grpc-js';
import type { Access } from '../../access/access.ts';
import { SextantError } from '../../errors.ts';
import type { Lease } from '../admission.ts';
import type { Intake } from '../intake.ts';
import { RetryLater } from '../refusal.ts';
import type { GrpcLibrary } from './library.ts';
import type { StatusOf } from './status.ts';

export interface AdmitParts {
  readonly library: Pick<GrpcLibrary, 'ServerInterceptingCall' | 'ServerListenerBuilder'>;
  readonly access: Pick<Access, 'authenticate'>;
  readonly intake: Pick<Intake, 'admission' | 'body_timeout_ms'>;
  readonly statusOf: StatusOf;
  /** Told of each call that is let in, by its metadata. */
  onAdmitted(metadata: Metadata, tenant: string): void;
}

/**
 * Decides on a call before its message is read. The size of a message is known when it is whole; until then as
 * much as most are is held under way for it.
 */
export function admitCalls({ library, access, intake, statusOf, onAdmitted }: AdmitParts): ServerInterceptor {
  return (_method, call) => {
    let lease: Lease | null = null;
    let timer: NodeJS.Timeout | undefined;
    const refuse = (error: unknown) => call.sendStatus(statusOf(error));
    const listener = new library.ServerListenerBuilder()
      .withOnReceiveMetadata((metadata, next) => {
        try {
          const tenant = tenantOf(metadata, addressOf(call.getPeer()), access);
          lease = intake.admission.admit({ tenant, announced_bytes: null, expected_bytes });
          onAdmitted(metadata, tenant);
        } catch (error) {
          refuse(error);
          return;
        }
        timer = setTimeout(() => refuse(tooSlow()), intake.body_timeout_ms);
        next(metadata);
      })
      .withOnReceiveMessage((message: Buffer, next) => {
        clearTimeout(timer);
        try {
          lease?.take(message.length);
        } catch (error) {
          refuse(error);
          return;
        }
        next(message);
      })
      // However a call ends, this is called at its end.
      .withOnCancel(() => {
        clearTimeout(timer);
        lease?.release();
      })
      .build();
    return new library.ServerInterceptingCall(call, { start: (next) => next(listener) });
  };
}

/** gRPC's own limit for a message where nothing else is said. */
const expected_bytes = 4 * 1024 * 1024;

/** Without its port. */
function addressOf(peer: string): string {
  return peer.replace(/:\d+$/, '');
}

function tenantOf(metadata: Metadata, address: string, access: AdmitParts['access']): string {
  const credential = access.authenticate(metadata.get('authorization')[0]?.toString(), address);
  if (credential === null) throw new SextantError('unauthenticated');
  if (!credential.scopes.has('ingest'))
    throw new SextantError('forbidden', 'It needs a key with the scope ingest.');
  return credential.tenant;
}

function tooSlow(): RetryLater {
  return new RetryLater('overloaded', 1, 'The message took too long to arrive.');
}
