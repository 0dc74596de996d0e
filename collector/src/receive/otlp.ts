import { gzipSync } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { credentialOf } from '../access/route-scope.ts';
import { SextantError } from '../errors.ts';
import { type Signal, signals } from '../journal/record.ts';
import type { Accept } from './accept.ts';
import type { Admission } from './admission.ts';
import { bodyTooLarge, readBody } from './body.ts';
import { encodeExportResponse } from './export-response.ts';
import { acceptsGzip, mediaOf, mimeType } from './media.ts';
import { otlpPath } from './otlp-path.ts';

export interface OtlpParts {
  readonly accept: Accept;
  readonly admission: Admission;
  readonly body_bytes_max: number;
}

/**
 * OTLP/HTTP (specification 1.11). Nothing of a body is read before its sender, its type and its size are found
 * to be in order; it is answered 200 when its bytes are on disk.
 */
export function receiveOtlp(server: FastifyInstance, parts: OtlpParts): void {
  server.register(async (otlp) => {
    // The handler reads the body itself.
    otlp.removeAllContentTypeParsers();
    otlp.addContentTypeParser('*', (_request, _payload, done) => done(null));
    for (const signal of signals) {
      const url = otlpPath(signal);
      otlp.post(url, { config: { scope: 'ingest' } }, (request, reply) =>
        receive(request, reply, { signal, ...parts }),
      );
      otlp.route({
        method: ['GET', 'PUT', 'DELETE', 'PATCH', 'HEAD'],
        url,
        config: { scope: 'ingest' },
        handler: refuseMethod,
      });
    }
  });
}

async function receive(
  request: FastifyRequest,
  reply: FastifyReply,
  { signal, accept, admission, body_bytes_max: bytes_max }: OtlpParts & { readonly signal: Signal },
): Promise<FastifyReply> {
  const { content_type, encoding, announced_bytes } = mediaOf(request.headers);
  if (announced_bytes !== null && announced_bytes > bytes_max) throw bodyTooLarge(bytes_max);
  const { tenant } = credentialOf(request);
  const lease = admission.admit({ tenant, announced_bytes });
  try {
    const body = await readBody(request.raw, { announced_bytes, bytes_max, onBytes: lease.take });
    const { rejections } = await accept({ signal, encoding, content_type, tenant, body });
    reply.header('content-type', mimeType(content_type));
    return send(request, reply, encodeExportResponse(signal, rejections, content_type));
  } finally {
    lease.release();
  }
}

function send(request: FastifyRequest, reply: FastifyReply, body: Buffer): FastifyReply {
  if (body.length < gzip_bytes_min || !acceptsGzip(request.headers['accept-encoding']))
    return reply.send(body);
  return reply.header('content-encoding', 'gzip').header('vary', 'Accept-Encoding').send(gzipSync(body));
}

// Compressing a smaller answer saves no packet.
const gzip_bytes_min = 512;

async function refuseMethod(_request: FastifyRequest, reply: FastifyReply): Promise<never> {
  reply.header('allow', 'POST');
  throw new SextantError('method_not_allowed', 'Use POST.');
}
