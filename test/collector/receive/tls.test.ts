import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openTls } from '../../../collector/src/receive/tls.ts';
import { type Certificate, makeCertificate } from '../../support/certificate.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { recordingLog } from '../../support/log.ts';
import { startReceiver } from '../../support/receiver.ts';
import { one_item, protobuf } from './support/requests.ts';

function files(certificate: Certificate) {
  const folder = temporaryFolder();
  const paths = { tls_certificate: join(folder, 'tls.crt'), tls_key: join(folder, 'tls.key') };
  const write = ({ cert, key }: Certificate) => {
    writeFileSync(paths.tls_certificate, cert);
    writeFileSync(paths.tls_key, key);
  };
  write(certificate);
  return { ...paths, write };
}

async function startSecure(certificate: Certificate) {
  const { write, ...paths } = files(certificate);
  const log = recordingLog();
  const tls = await openTls({ ...paths, log });
  if (!tls) throw new Error('TLS is off.');
  onTestFinished(() => tls.close());
  const { server, counters } = await startReceiver({ tls });
  await server.listen({ host: '127.0.0.1', port: 0 });
  return { tls, write, log, counters, port: (server.server.address() as AddressInfo).port };
}

async function shake(port: number, options: ConnectionOptions): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ...options });
  onTestFinished(() => {
    socket.destroy();
  });
  await once(socket, 'secureConnect');
  return socket;
}

describe('TLS', () => {
  it('serves OTLP over HTTPS with the certificate of the files', async () => {
    const certificate = makeCertificate('one');
    const { port, counters } = await startSecure(certificate);
    const outgoing = request({
      port,
      host: '127.0.0.1',
      servername: 'localhost',
      ca: certificate.cert,
      method: 'POST',
      path: '/v1/traces',
      headers: { 'content-type': protobuf['content-type'] },
    });
    outgoing.end(one_item.traces);
    const [response] = await once(outgoing, 'response');
    response.resume();
    expect(response.statusCode).toBe(200);
    expect(counters.signals.traces.accepted).toBe(1);
  });

  it('refuses versions before 1.2', async () => {
    const certificate = makeCertificate('one');
    const { port } = await startSecure(certificate);
    const old = {
      ca: certificate.cert,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT:@SECLEVEL=0',
    } as const;
    await expect(shake(port, old)).rejects.toThrow();
    expect((await shake(port, { ca: certificate.cert, maxVersion: 'TLSv1.2' })).getProtocol()).toBe(
      'TLSv1.2',
    );
    expect((await shake(port, { ca: certificate.cert })).getProtocol()).toBe('TLSv1.3');
  });

  it('takes a renewed certificate without a restart, and keeps the last where the new one is no good', async () => {
    const [first, second] = [makeCertificate('first'), makeCertificate('second')];
    const { port, tls, write, log } = await startSecure(first);
    const nameServed = async () =>
      (await shake(port, { ca: [first.cert, second.cert] })).getPeerCertificate().subject.CN;
    expect(await nameServed()).toBe('first');
    write({ cert: second.cert, key: first.key });
    await tls.renew();
    expect(await nameServed()).toBe('first');
    expect(log.lines.join()).toContain('the last ones stay in use');
    write(second);
    await tls.renew();
    expect(await nameServed()).toBe('second');
    expect(log.lines.join()).toContain('The TLS certificate was renewed.');
  });

  it('is off where no files are named', async () => {
    expect(await openTls({ tls_certificate: null, tls_key: null, log: recordingLog() })).toBeNull();
  });

  it.each([
    ['only one is named', { tls_certificate: 'a.crt', tls_key: null }, 'go together'],
    ['one is missing', { tls_certificate: 'none.crt', tls_key: 'none.key' }, 'cannot be used'],
  ])('refuses to start where %s', async (_name, options, message) => {
    const opening = openTls({ ...options, log: recordingLog() });
    await expect(opening).rejects.toMatchObject({
      code: 'startup_failed',
      message: expect.stringContaining(message),
    });
  });

  it('refuses to start where key and certificate do not belong together', async () => {
    const paths = files({ cert: makeCertificate('one').cert, key: makeCertificate('two').key });
    await expect(openTls({ ...paths, log: recordingLog() })).rejects.toMatchObject({
      code: 'startup_failed',
    });
  });
});
