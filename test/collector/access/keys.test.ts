import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keyring } from './support.ts';

const day_ms = 86_400_000;

describe('keys', () => {
  it('have an id and a secret of 160 bits, never the same twice', () => {
    const { make } = keyring();
    const texts = Array.from({ length: 50 }, () => make().text);
    for (const text of texts) expect(text).toMatch(/^sx_[0-9a-f]{12}_[0-9a-f]{40}$/);
    expect(new Set(texts.map((text) => text.slice(-40))).size).toBe(50);
  });

  it('leave no secret on the disk, and files only their owner reads', () => {
    const { make, keys, data } = keyring();
    const { text, key } = make();
    const secret = text.slice(-40);
    for (const name of ['keys.sqlite', 'keys.sqlite-wal', 'keys.sqlite-shm']) {
      expect(readFileSync(join(data, name)).includes(secret), name).toBe(false);
      expect((statSync(join(data, name)).mode & 0o777).toString(8), name).toBe('600');
    }
    expect(JSON.stringify(keys.list())).not.toContain(secret);
    expect(keys.list()).toEqual([key]);
  });

  it('show what they are for', () => {
    const { make, clock } = keyring();
    const { key } = make({ name: 'the shop', scopes: ['read', 'ingest', 'read'], lifetime_ms: day_ms });
    expect(key).toMatchObject({ name: 'the shop', tenant: 'acme', scopes: ['read', 'ingest'] });
    expect(key).toMatchObject({ created_ms: clock.ms, expires_ms: clock.ms + day_ms });
    expect(key).toMatchObject({ revoked_ms: null, last_used_ms: null });
  });

  it.each([
    ['no scope', { scopes: [] }],
    ['no name', { name: '' }],
    ['a name of two lines', { name: 'a\nb' }],
    ['a long name', { name: 'x'.repeat(101) }],
    ['no time to live', { lifetime_ms: 0 }],
    ['an empty tenant', { tenant: '' }],
    ['a path for a tenant', { tenant: '../other' }],
    ['SQL for a tenant', { tenant: "a' OR 'b" }],
    ['an upper-case tenant', { tenant: 'Acme' }],
    ['a long tenant', { tenant: 'a'.repeat(64) }],
  ])('are not made with %s', (_name, wanted) => {
    const { make, keys, audit } = keyring();
    expect(() => make(wanted)).toThrow(expect.objectContaining({ code: 'bad_request' }));
    expect(keys.list()).toEqual([]);
    expect(audit.list({ after: 0, limit: 10 })).toEqual([]);
  });

  it('rotate: another key like it that lives as long, and this one ends after the overlap', () => {
    const { make, keys, clock } = keyring();
    const { key: old } = make({ scopes: ['read', 'admin'], lifetime_ms: 90 * day_ms });
    clock.ms += 60 * day_ms;
    const { key: next } = keys.rotate(old.id, day_ms);
    expect(next).toMatchObject({ name: old.name, tenant: old.tenant, scopes: old.scopes });
    expect(next.expires_ms).toBe(clock.ms + 90 * day_ms);
    expect(keys.list().find(({ id }) => id === old.id)?.expires_ms).toBe(clock.ms + day_ms);
  });

  it('do not live longer by being rotated', () => {
    const { make, keys } = keyring();
    const { key } = make({ lifetime_ms: 1_000 });
    keys.rotate(key.id, day_ms);
    expect(keys.list().find(({ id }) => id === key.id)?.expires_ms).toBe(key.expires_ms);
  });

  it('cannot be rotated when they have ended', () => {
    const { make, keys, clock } = keyring();
    const { key: expired } = make({ lifetime_ms: 1_000 });
    const { key: revoked } = make();
    keys.revoke(revoked.id);
    clock.ms += 1_000;
    for (const id of [expired.id, revoked.id, 'none']) expect(() => keys.rotate(id, day_ms)).toThrow();
    expect(keys.list()).toHaveLength(2);
  });

  it('stay revoked since the first time', () => {
    const { make, keys, clock, audit } = keyring();
    const { key } = make();
    const { revoked_ms } = keys.revoke(key.id);
    clock.ms += 5_000;
    expect(keys.revoke(key.id).revoked_ms).toBe(revoked_ms);
    expect(audit.list({ after: 0, limit: 10 })).toHaveLength(2);
    expect(() => keys.revoke('none')).toThrow(/no key none/);
  });

  it('leave a record of each act, without the secret', () => {
    const { make, keys, audit } = keyring();
    const { key, text } = make({ name: 'the shop' });
    const { key: next, text: next_text } = keys.rotate(key.id, 0);
    keys.revoke(next.id);
    const records = audit.list({ after: 0, limit: 10 });
    expect(records.map(({ action, target, actor, tenant }) => [action, target, actor, tenant])).toEqual([
      ['key.create', key.id, 'command', 'acme'],
      ['key.rotate', key.id, 'command', 'acme'],
      ['key.revoke', next.id, 'command', 'acme'],
    ]);
    expect(JSON.parse(records[1]?.details ?? '')).toMatchObject({ next: next.id });
    for (const secret of [text, next_text]) expect(JSON.stringify(records)).not.toContain(secret.slice(-40));
  });

  it('are made together with their record or not at all', () => {
    const { make, keys, database } = keyring();
    database.exec("CREATE TRIGGER refuse BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END");
    expect(() => make()).toThrow('no');
    expect(keys.list()).toEqual([]);
  });
});
