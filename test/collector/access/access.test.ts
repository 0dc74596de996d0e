import { describe, expect, it } from 'vitest';
import { bearer, keyring } from './support.ts';

const here = '127.0.0.1';

const basic = (password: string) => `Basic ${Buffer.from(`anyone:${password}`).toString('base64')}`;

describe('access by key', () => {
  it('gives the tenant and the scopes of the key, as bearer or as password', () => {
    const { make, access } = keyring();
    const { key, text } = make({ tenant: 'acme', scopes: ['read', 'admin'] });
    const credential = { tenant: 'acme', scopes: new Set(['read', 'admin']), actor: key.id };
    const { authenticate } = access();
    expect(authenticate(bearer(text), here)).toEqual(credential);
    expect(authenticate(basic(text), here)).toEqual(credential);
  });

  it('refuses whatever is not exactly a key', () => {
    const { make, access } = keyring();
    const { text } = make();
    const other = make().text;
    const { authenticate } = access();
    const last = text.at(-1) === '0' ? '1' : '0';
    const wrong = [
      ...[text.slice(0, -1), `${text}0`, text.slice(0, -1) + last, text.toUpperCase(), ` ${text}`, ''],
      text.slice(0, 15) + other.slice(15),
      `${text.slice(0, 15)}_${'0'.repeat(40)}`,
      ...["sx_' OR 1=1 --_0", '__proto__', 'sx', 'sx__', '\u0000', 'null', 'undefined'],
    ];
    for (const key of wrong) expect(authenticate(bearer(key), here), key).toBeNull();
    for (const header of [undefined, '', text, `Digest ${text}`, 'Bearer', `Basic ${text}`, 'Basic !!!'])
      expect(authenticate(header, here), header).toBeNull();
  });

  it('ends with the key, at that moment', () => {
    const { make, access, clock } = keyring();
    const { text } = make({ lifetime_ms: 1_000 });
    const { authenticate } = access();
    clock.ms += 999;
    expect(authenticate(bearer(text), here)).not.toBeNull();
    clock.ms += 1;
    expect(authenticate(bearer(text), here)).toBeNull();
  });

  it('follows what another process does to the keys from the next request on', () => {
    const { make, keys, access } = keyring();
    const { authenticate } = access();
    const { key, text } = make();
    expect(authenticate(bearer(text), here)?.actor).toBe(key.id);
    keys.revoke(key.id);
    expect(authenticate(bearer(text), here)).toBeNull();
  });

  it('lets both keys in while a rotation overlaps, then only the new one', () => {
    const { make, keys, access, clock } = keyring();
    const { authenticate } = access();
    const old = make();
    const next = keys.rotate(old.key.id, 60_000);
    expect(authenticate(bearer(old.text), here)).not.toBeNull();
    expect(authenticate(bearer(next.text), here)).not.toBeNull();
    clock.ms += 60_000;
    expect(authenticate(bearer(old.text), here)).toBeNull();
    expect(authenticate(bearer(next.text), here)).not.toBeNull();
  });

  it('notes the last use at most once a minute', () => {
    const { make, keys, access, clock } = keyring();
    const { text } = make();
    const { authenticate } = access();
    const first_ms = clock.ms;
    const used = () => keys.list()[0]?.last_used_ms;
    authenticate(bearer(text), here);
    clock.ms += 59_999;
    authenticate(bearer(text), here);
    expect(used()).toBe(first_ms);
    clock.ms += 1;
    authenticate(bearer(text), here);
    expect(used()).toBe(first_ms + 60_000);
  });

  it('neither waits nor fails while somebody else writes', () => {
    const { make, access, database, log } = keyring();
    const { text } = make();
    const { authenticate } = access();
    database.exec('BEGIN IMMEDIATE');
    expect(authenticate(bearer(text), here)).not.toBeNull();
    database.exec('ROLLBACK');
    expect(log.lines).toEqual([expect.stringContaining('last use')]);
    expect(log.lines.join()).not.toContain(text.slice(-40));
  });

  it('says that it cannot tell when the keys cannot be read, so that senders try again', () => {
    const { make, access, database } = keyring();
    const { text } = make();
    const { authenticate } = access();
    database.exec('DROP TABLE keys');
    expect(() => authenticate(bearer(text), here)).toThrow(
      expect.objectContaining({ code: 'storage_unavailable' }),
    );
  });
});

describe('SEXTANT_KEY', () => {
  const key = 'of-some-length';

  it('has every scope, beside the keys of the file', () => {
    const { make, access } = keyring();
    const { text } = make();
    const { authenticate } = access({ key });
    expect(authenticate(bearer(key), here)).toEqual({
      tenant: 'default',
      scopes: new Set(['ingest', 'read', 'admin']),
      actor: 'SEXTANT_KEY',
    });
    expect(authenticate(bearer(text), here)).not.toBeNull();
    expect(authenticate(bearer('wrong'), here)).toBeNull();
  });

  it('is asked for where there is no other key', () => {
    const { access } = keyring();
    expect(access({ key }).authenticate(undefined, here)).toBeNull();
    expect(access({ key, insecure: true, host: '0.0.0.0' }).authenticate(undefined, here)).toBeNull();
  });
});

describe('without any key', () => {
  it.each([
    ['127.0.0.1', false],
    ['0.0.0.0', true],
  ])('everybody comes in at %s', (host, insecure) => {
    const { authenticate } = keyring().access({ host, insecure });
    const anyone = { tenant: 'default', scopes: new Set(['ingest', 'read', 'admin']), actor: 'anyone' };
    expect(authenticate(undefined, here)).toEqual(anyone);
    expect(authenticate(bearer('left over from somewhere'), here)).toEqual(anyone);
  });

  it('nobody does at an address others reach', () => {
    expect(keyring().access({ host: '0.0.0.0' }).authenticate(undefined, here)).toBeNull();
  });

  it('that ends with the first key, and does not come back when it ends', () => {
    const { make, keys, access, clock } = keyring();
    const local = access();
    const insecure = access({ host: '0.0.0.0', insecure: true });
    expect([local.isKeyAsked(), insecure.isKeyAsked()]).toEqual([false, false]);
    const { key } = make({ lifetime_ms: 1_000 });
    const everyone = () => [local.authenticate(undefined, here), insecure.authenticate(undefined, here)];
    expect(everyone()).toEqual([null, null]);
    clock.ms += 2_000;
    expect(everyone()).toEqual([null, null]);
    keys.revoke(key.id);
    expect(everyone()).toEqual([null, null]);
    expect([local.isKeyAsked(), insecure.isKeyAsked()]).toEqual([true, true]);
  });
});
