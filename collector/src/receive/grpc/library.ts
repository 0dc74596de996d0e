import { SextantError } from '../../errors.ts';

export type GrpcLibrary = typeof import('@grpc/grpc-js');

/** Loads the library, which is installed by who wants gRPC. @throws SextantError startup_failed */
export async function loadGrpc(): Promise<GrpcLibrary> {
  try {
    return await import('@grpc/grpc-js');
  } catch (cause) {
    const hint = 'SEXTANT_GRPC_PORT needs the gRPC library: npm install @grpc/grpc-js';
    throw new SextantError('startup_failed', hint, { cause });
  }
}
