import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createHttpClient, type HttpClient } from '../../../collector/src/alerts/http.ts';
import { type Receiver, startReceiver } from '../../support/webhook-receiver.ts';

const timeout_ms = 5000;
const blocked = (about: string) =>
  expect.objectContaining({ code: 'destination_blocked', message: expect.stringContaining(about) });

afterEach(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

/** Every name has these addresses from now on. */
function resolveNamesTo(...addresses: string[]): void {
  const lookup = (_name: string, options: dns.LookupAllOptions, done: (...answer: unknown[]) => void) => {
    const answer = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    if (options.all) done(null, answer);
    else done(null, answer[0]?.address, answer[0]?.family);
  };
  vi.spyOn(dns, 'lookup').mockImplementation(lookup as unknown as typeof dns.lookup);
  syncBuiltinESMExports();
}

async function send(http: HttpClient, url: string) {
  return http.post({ url: new URL(url), headers: {}, body: '{}', timeout_ms });
}

const private_hosts = [
  '127.0.0.1',
  '127.1',
  '2130706433',
  '0x7f000001',
  '017700000001',
  'localhost',
  'LOCALHOST',
  '[::1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::]',
  '0.0.0.0',
  '10.0.0.5',
  '172.16.0.1',
  '192.168.1.1',
  '100.64.0.1',
  '169.254.169.254',
  '[fd00:ec2::254]',
  '[fe80::1]',
  '[64:ff9b::7f00:1]',
  '[2002:7f00:1::]',
  '255.255.255.255',
  '224.0.0.1',
];

describe('addresses that are not public', () => {
  test.each(private_hosts)('%s is refused when saved and when sent to', async (host) => {
    const http = createHttpClient({ allow: '' });
    await expect(http.checkDestination(`https://${host}/hook`)).rejects.toThrow(blocked('not public'));
    expect(await send(http, `https://${host}/hook`)).toEqual({
      result: 'failed',
      reason: expect.stringMatching(/^destination_blocked: .*SEXTANT_ALERT_ALLOW/),
    });
    expect(http.blocked()).toEqual({ address: 2, scheme: 0, port: 0 });
  });

  test.each(['10.1.2.3', '127.0.0.1', '169.254.169.254', '::1', 'fd12::1', '::ffff:10.0.0.1', '0.0.0.0'])(
    'a name that stands for %s is refused',
    async (address) => {
      resolveNamesTo(address);
      const http = createHttpClient({ allow: '' });
      await expect(http.checkDestination('https://pager.example/')).rejects.toThrow(blocked('not public'));
      expect(await send(http, 'https://pager.example/')).toMatchObject({ result: 'failed' });
    },
  );

  test('one private address among public ones is enough', async () => {
    resolveNamesTo('93.184.215.14', '10.0.0.1');
    const http = createHttpClient({ allow: '' });
    await expect(http.checkDestination('https://pager.example/')).rejects.toThrow(blocked('not public'));
  });

  test('a name that was public when it was saved and leads inside later is refused when sent to', async () => {
    const http = createHttpClient({ allow: '' });
    resolveNamesTo('93.184.215.14');
    await http.checkDestination('https://pager.example/hook');
    resolveNamesTo('127.0.0.1');
    expect(await send(http, 'https://pager.example/hook')).toMatchObject({
      result: 'failed',
      reason: expect.stringMatching(/^destination_blocked/),
    });
  });

  test('the reason does not tell what a name stands for', async () => {
    resolveNamesTo('10.11.12.13');
    const outcome = await send(createHttpClient({ allow: '' }), 'https://pager.example/');
    expect(JSON.stringify(outcome)).not.toContain('10.11.12.13');
  });
});

describe('public addresses', () => {
  test('pass over https, at the ports for it', async () => {
    const http = createHttpClient({ allow: '' });
    for (const url of ['https://93.184.215.14/', 'https://[2606:4700::1111]:8443/x', 'https://1.1.1.1:443/'])
      await http.checkDestination(url);
    expect(http.blocked()).toEqual({ address: 0, scheme: 0, port: 0 });
  });

  test('are refused over http and at other ports, unless they are listed', async () => {
    const http = createHttpClient({ allow: '1.0.0.1:8080, 1.1.1.1' });
    expect(() => http.readUrl('http://93.184.215.14/')).toThrow(blocked('Only https'));
    expect(() => http.readUrl('https://93.184.215.14:22/')).toThrow(blocked('ports 443 and 8443'));
    expect(() => http.readUrl('http://1.0.0.1/')).toThrow(blocked('Only https'));
    expect(http.readUrl('http://1.0.0.1:8080/').port).toBe('8080');
    expect(http.readUrl('https://1.1.1.1:22/').port).toBe('22');
    expect(http.blocked()).toEqual({ address: 0, scheme: 2, port: 1 });
  });

  test('a name without an address passes, for now', async () => {
    await createHttpClient({ allow: '' }).checkDestination('https://no-such-name.invalid/');
  });

  test('what is no address of http or https is no destination at all', () => {
    const { readUrl } = createHttpClient({ allow: '' });
    expect(readUrl('https://example.org/hook?a=1').href).toBe('https://example.org/hook?a=1');
    for (const text of ['file:///etc/passwd', 'gopher://127.0.0.1/', 'example.org', '', undefined, 3])
      expect(() => readUrl(text)).toThrow(expect.objectContaining({ code: 'bad_request' }));
  });
});

describe('what the operator lists', () => {
  test.each([
    ['127.0.0.1', 'http://127.0.0.1:9/'],
    ['127.0.0.1:9', 'http://2130706433:9/'],
    ['10.0.0.5', 'https://10.0.0.5/'],
    ['::1', 'http://[::1]:9093/'],
    ['[::1]:9093', 'http://[::1]:9093/'],
    ['localhost:9', 'http://LOCALHOST:9/'],
    ['other.example 10.0.0.1,localhost', 'http://localhost/'],
    ['127.0.0.1:443', 'https://localhost/'],
    ['169.254.169.254', 'http://169.254.169.254/'],
  ])('%s lets %s pass', async (allow, url) => {
    await createHttpClient({ allow }).checkDestination(url);
  });

  test.each([
    ['127.0.0.1:9', 'http://127.0.0.1:10/'],
    ['127.0.0.1', 'https://[::1]/'],
    ['localhost', 'https://127.0.0.1/'],
    ['127.0.0.2', 'https://127.0.0.1/'],
    ['pager.example', 'https://localhost/'],
    ['example.org', 'http://evil.example.org/'],
  ])('%s does not let %s pass', async (allow, url) => {
    await expect(createHttpClient({ allow }).checkDestination(url)).rejects.toThrow(blocked(''));
  });

  test('a listed name may stand for private addresses, but not for where clouds keep credentials', async () => {
    const http = createHttpClient({ allow: 'alertmanager.internal:9093' });
    resolveNamesTo('10.0.0.7');
    await http.checkDestination('http://alertmanager.internal:9093/');
    resolveNamesTo('169.254.169.254');
    await expect(http.checkDestination('http://alertmanager.internal:9093/')).rejects.toThrow(blocked(''));
    resolveNamesTo('::ffff:169.254.169.254');
    await expect(http.checkDestination('http://alertmanager.internal:9093/')).rejects.toThrow(blocked(''));
  });

  test.each(['10.0.0.0/8', 'http://10.0.0.5', 'a b@c', 'host:port', '[::1', 'user@host'])(
    '"%s" is no entry',
    (allow) => {
      expect(() => createHttpClient({ allow })).toThrow(
        expect.objectContaining({
          code: 'bad_request',
          message: expect.stringContaining('SEXTANT_ALERT_ALLOW'),
        }),
      );
    },
  );
});

describe('a receiver on this machine', () => {
  test('gets something only when it is listed', async () => {
    const receiver: Receiver = await startReceiver();
    expect(await send(createHttpClient({ allow: '' }), receiver.url)).toMatchObject({ result: 'failed' });
    const { port } = new URL(receiver.url);
    expect(await send(createHttpClient({ allow: `localhost:${port}` }), receiver.url)).toMatchObject({
      result: 'failed',
    });
    expect(receiver.requests).toHaveLength(0);
    expect(await send(createHttpClient({ allow: `127.0.0.1:${port}` }), receiver.url)).toEqual({
      result: 'ok',
      status: 204,
    });
    expect(receiver.requests).toHaveLength(1);
    await receiver.close();
  });

  test('gets something when it is the one the operator gave, and no other does', async () => {
    const receiver = await startReceiver();
    const http = createHttpClient({ allow: '', trusted: receiver.url });
    expect(await send(http, receiver.url)).toEqual({ result: 'ok', status: 204 });
    expect(() => http.readUrl('http://127.0.0.1:1/')).toThrow(blocked('Only https'));
    expect(receiver.requests).toHaveLength(1);
    await receiver.close();
  });

  test('is not connected to when its address is only checked', async () => {
    const receiver = await startReceiver();
    await createHttpClient({ allow: '127.0.0.1' }).checkDestination(receiver.url);
    expect(receiver.requests).toHaveLength(0);
    await receiver.close();
  });
});
