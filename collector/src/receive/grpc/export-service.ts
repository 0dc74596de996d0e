import type { handleUnaryCall, Metadata, ServiceDefinition } from '@grpc/grpc-js';
import { SextantError } from '../../errors.ts';
import type { Signal } from '../../journal/record.ts';
import type { Accept } from '../accept.ts';
import { encodeExportResponse } from '../export-response.ts';
import type { StatusOf } from './status.ts';

/** opentelemetry.proto.collector.{trace,metrics,logs}.v1: one method, whose messages stay bytes here. */
export function exportService(signal: Signal): ServiceDefinition {
  const asIs = (bytes: Buffer) => bytes;
  return {
    Export: {
      path: `/opentelemetry.proto.collector.${services[signal]}/Export`,
      requestStream: false,
      responseStream: false,
      requestSerialize: asIs,
      requestDeserialize: asIs,
      responseSerialize: asIs,
      responseDeserialize: asIs,
    },
  };
}

const services: Record<Signal, string> = {
  traces: 'trace.v1.TraceService',
  metrics: 'metrics.v1.MetricsService',
  logs: 'logs.v1.LogsService',
};

export interface ExportParts {
  readonly signal: Signal;
  readonly accept: Accept;
  /** Whose call was let in; undefined for one that nobody let in. */
  tenantOf(metadata: Metadata): string | undefined;
  readonly statusOf: StatusOf;
}

/** The library has inflated the message already, so it is written to the journal as plain protobuf. */
export function handleExport({
  signal,
  accept,
  tenantOf,
  statusOf,
}: ExportParts): handleUnaryCall<Buffer, Buffer> {
  return (call, callback) => {
    const receive = async () => {
      const tenant = tenantOf(call.metadata);
      if (tenant === undefined) throw new SextantError('unauthenticated');
      const { rejections } = await accept({
        signal,
        encoding: 'identity',
        content_type: 'protobuf',
        tenant,
        body: call.request,
      });
      return encodeExportResponse(signal, rejections, 'protobuf');
    };
    receive().then(
      (response) => callback(null, response),
      (error: unknown) => callback(statusOf(error)),
    );
  };
}
