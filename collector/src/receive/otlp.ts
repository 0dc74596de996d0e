import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { decodeTraces } from '../decode/decode.ts';
import type { Rejection } from '../decode/records.ts';
import { SextantError } from '../errors.ts';
import type { Journal } from '../journal/journal.ts';
import type { Counters } from './counters.ts';
import { inflate } from './inflate.ts';
import { contentTypeOf, encodingOf, mimeType } from './media.ts';
import { encodeTraceResponse } from './status.ts';

export interface OtlpOptions {
  readonly journal: Journal;
  readonly counters: Counters;
  readonly body_bytes_max: number;
  readonly now: () => number;
}

/**
 * OTLP/HTTP (specification 1.11): a request is answered 200 when its bytes are on disk. It is decoded before,
 * because what cannot be decoded later must be refused now.
 */
export function receiveTraces(server: FastifyInstance, options: OtlpOptions): void {
  server.post('/v1/traces', async (request, reply) => {
    const content_type = contentTypeOf(request.headers['content-type']);
    if (!content_type) {
      throw new SextantError('unsupported_type', 'Send application/x-protobuf or application/json.');
    }
    const encoding = encodingOf(request.headers['content-encoding']);
    const body = bodyOf(request);
    const inflated = await inflate(body, encoding, options.body_bytes_max);
    const { spans, rejections } = decodeTraces(inflated, content_type);
    if (spans.length > 0) {
      await options.journal.append({
        signal: 'traces',
        encoding,
        content_type,
        tenant: 'default',
        received_ms: options.now(),
        body,
      });
    }
    count(options.counters, spans.length, rejections);
    return answer(reply, mimeType(content_type), encodeTraceResponse(rejections, content_type));
  });
}

function bodyOf(request: FastifyRequest): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}

function count(counters: Counters, accepted: number, rejections: readonly Rejection[]): void {
  counters.accepted += accepted;
  for (const { reason, span_lost } of rejections) {
    if (span_lost) counters.rejected += 1;
    counters.dropped[reason] = (counters.dropped[reason] ?? 0) + 1;
  }
}

function answer(reply: FastifyReply, type: string, body: Buffer): FastifyReply {
  return reply.code(200).header('content-type', type).send(body);
}
