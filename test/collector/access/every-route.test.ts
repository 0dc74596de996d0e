import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createAudit } from '../../../collector/src/access/audit.ts';
import { type Scope, scopes } from '../../../collector/src/access/credential.ts';
import { createKeys } from '../../../collector/src/access/keys.ts';
import { openKeysFile } from '../../../collector/src/access/keys-file.ts';
import { eventually } from '../../support/spawn-collector.ts';
import { type Route, startWholeCollector } from './whole-collector.ts';

/**
 * Walks every route there is, of both servers, as somebody without a key, with a key that ended, with too little,
 * and as another tenant. A new route is walked as soon as it is registered.
 */
type Collector = Awaited<ReturnType<typeof startWholeCollector>>;
let data: string;
let collector: Collector;
let keys: Record<'mine' | 'theirs' | 'expired' | 'revoked' | Scope, string>;

const secret = 'hidden-from-others';
const trace_id = '0af7651916cd43dd8448eb211c80319c';
const span_id = 'b7ad6b7169203331';

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'sextant-routes-'));
  keys = makeKeys(data);
  collector = await startWholeCollector({ data });
  const sent = await ask({ method: 'POST', url: '/v1/traces' }, keys.mine, telemetry);
  expect(sent.status).toBe(200);
  await eventually(async () => (await read('/api/traces', keys.mine)).includes(secret));
  await eventually(async () => (await read('/api/drift', keys.mine)).includes('embedding.'));
});

afterAll(async () => {
  await collector.close();
  rmSync(data, { recursive: true });
});

it('sees the routes it is to walk', () => {
  const seen = collector.routes.map(({ method, url, scope }) => `${method} ${url} ${scope}`);
  for (const route of [
    ...['POST /v1/traces ingest', 'GET /healthz public', 'GET /metrics read', 'GET / read'],
    ...['GET /api/* any', 'POST /api/* any', 'GET /api/traces/:trace_id read', 'POST /api/sql read'],
    ...['GET /internal/stats read', 'GET /assets/* read', 'GET /charts/:tenant/:alert_id.png link'],
  ])
    expect(seen).toContain(route);
  const open = collector.routes
    .filter(({ scope }) => scope === 'public')
    .map(({ method, url }) => [method, url]);
  expect(open).toEqual([
    ...['/v1/traces', '/v1/metrics', '/v1/logs'].map((url) => ['OPTIONS', url]),
    ...['/healthz', '/readyz'].map((url) => ['GET', url]),
  ]);
});

it('lets nobody in without a valid key, and tells nobody else what is not there', async () => {
  const wrong = `${keys.mine.slice(0, -1)}${keys.mine.endsWith('0') ? '1' : '0'}`;
  const answers: [string, number][] = [];
  const nowhere = ['GET', 'POST', 'PUT', 'DELETE'].map((method) => ({
    method,
    url: '/nowhere',
    scope: 'any',
  }));
  for (const route of [...locked(), ...nowhere]) {
    // Where an address has to be signed, no key will do instead.
    const right = route.scope === 'link' ? [keys.mine, keys.read] : [];
    for (const key of [null, wrong, keys.expired, keys.revoked, '', ...right]) {
      const { status } = await ask(route, key);
      answers.push([`${route.method} ${route.url} ${key}`, status]);
    }
  }
  expect(answers.length).toBeGreaterThan(100);
  expect(answers.filter(([, status]) => status !== 401 && status !== 429)).toEqual([]);
  // After many wrong keys the next one is not even looked at; who has none is told to bring one all the same.
  expect(answers.filter(([route, status]) => status !== 401 && /null$/.test(route))).toEqual([]);
});

it('asks every route for its own scope, and no other will do', async () => {
  const wrong: [string, number][] = [];
  for (const route of locked().filter(({ scope }) => scope !== 'any' && scope !== 'link')) {
    for (const scope of scopes) {
      const { status, text } = await ask(route, keys[scope]);
      // An answer to HEAD has no text.
      const says_scope = route.method === 'HEAD' || text.includes(`a key with the scope ${route.scope}.`);
      const is_refused = status === 403 && says_scope;
      // The front knows no such path, so what is inside cannot be reached through it.
      const is_inside = route.url.startsWith('/internal/') && status === 404;
      if (is_refused !== (scope !== route.scope) && !is_inside)
        wrong.push([`${route.method} ${route.url} ${scope}`, status]);
    }
  }
  expect(wrong).toEqual([]);
});

it('asks for the scope behind the front as well', async () => {
  const behind = locked().filter(({ url }) => /^\/(api|internal)\/[a-z]/.test(url) && url !== '/api/stats');
  expect(behind.length).toBeGreaterThan(8);
  for (const { method, url, scope } of behind) {
    const others = scopes.filter((held) => held !== scope).join(',');
    const with_others = { tenant: 'mine', scopes: others, actor: 'me' };
    const named = Object.entries(with_others).map(([name, value]) => [`x-sextant-${name}`, value]);
    const route = `${method} ${url}`;
    expect(await askSocket(method, pathOf({ url }), {}), route).toBe(401);
    expect(await askSocket(method, pathOf({ url }), Object.fromEntries(named)), route).toBe(403);
  }
});

it('hands on no header that says who asks', async () => {
  const forged = {
    'x-sextant-tenant': 'mine',
    'x-sextant-scopes': 'ingest,read,admin',
    'x-sextant-actor': 'me',
  };
  const headers = { ...forged, authorization: `Bearer ${keys.theirs}` };
  expect(await (await fetch(`${collector.url}/api/traces`, { headers })).json()).toMatchObject({
    traces: [],
  });
  const only_forged = await fetch(`${collector.url}/api/traces`, { headers: forged });
  expect(only_forged.status).toBe(401);
  const ingest = { ...forged, authorization: `Bearer ${keys.ingest}` };
  expect((await fetch(`${collector.url}/api/traces`, { headers: ingest })).status).toBe(403);
});

it('shows a tenant nothing of another, on any route', async () => {
  const told: string[] = [];
  const shown_to_mine: string[] = [];
  for (const route of collector.routes.filter(({ scope }) => scope !== 'any' && scope !== 'ingest')) {
    for (const query of ['', `?trace_id=${trace_id}&user=${secret}&tenant=mine&from=-30d&to=now&limit=100`]) {
      const asked = { method: route.method, url: pathOf(route) + query };
      if ((await ask(asked, keys.theirs, body)).text.includes(secret))
        told.push(`${route.method} ${asked.url}`);
      if (route.scope === 'read' && (await ask(asked, keys.mine, body)).text.includes(secret))
        shown_to_mine.push(`${route.method} ${route.url}`);
    }
  }
  expect(told).toEqual([]);
  // The same questions do show it to whom it belongs, so there was something to be seen.
  expect(new Set(shown_to_mine)).toEqual(
    new Set([
      ...['GET /api/traces', 'GET /api/traces/:trace_id', 'GET /api/traces/:trace_id/spans/:span_id'],
      ...['GET /api/facets', 'POST /api/sql'],
    ]),
  );
});

it('answers another tenant as if nothing were there', async () => {
  const asked = (path: string) => read(path, keys.theirs).then((text) => JSON.parse(text) as unknown);
  expect(await asked('/api/traces')).toEqual({ traces: [], next_cursor: null });
  expect(await asked(`/api/traces/${trace_id}`)).toMatchObject({ code: 'not_found' });
  expect(await asked(`/api/traces/${trace_id}/spans/${span_id}`)).toMatchObject({ code: 'not_found' });
  expect(await asked('/api/facets')).toMatchObject({ services: [], models: [], agents: [] });
  expect(await asked('/api/drift')).toEqual({ features: [] });
  expect(await asked('/api/alerts')).toEqual({ alerts: [] });
  for (const sql of [
    'SELECT * FROM spans',
    "SELECT * FROM spans WHERE tenant = 'mine' OR TRUE",
    'SELECT * FROM messages',
    'SELECT * FROM embeddings',
    'SELECT * FROM memory.main.spans',
    'SELECT stats(name) FROM spans',
    "SET VARIABLE tenant = 'mine'",
  ]) {
    const { text } = await ask({ method: 'POST', url: '/api/sql' }, keys.theirs, { sql });
    expect(text, sql).toMatch(/"rows":\[\]|bad_sql/);
  }
});

it('leaves what belongs to a tenant where others asked for changes', async () => {
  const { status, text } = await ask({ method: 'POST', url: '/api/erase' }, keys.theirs, { trace: trace_id });
  expect(status).toBe(202);
  const { erasure_id } = JSON.parse(text) as { erasure_id: string };
  await eventually(async () => (await read(`/api/erase/${erasure_id}`, keys.theirs)).includes('done'));
  expect(await read(`/api/traces/${trace_id}`, keys.mine)).toContain(secret);
});

it('writes down in the store who made keys', async () => {
  const sql = "SELECT actor, target FROM audit WHERE action = 'key.create'";
  await eventually(async () => (await read_sql(sql)).includes('command'));
  expect(await read_sql('SELECT DISTINCT tenant FROM audit')).toContain('"rows":[{"tenant":"mine"}]');
});

async function read_sql(sql: string): Promise<string> {
  return (await ask({ method: 'POST', url: '/api/sql' }, keys.mine, { sql })).text;
}

function locked(): Route[] {
  return collector.routes.filter(({ scope }) => scope !== 'public');
}

/** A path of the route that names what is stored. */
function pathOf({ url }: Pick<Route, 'url'>): string {
  return url
    .replace(':trace_id', trace_id)
    .replace(':span_id', span_id)
    .replace(/:\w+/g, 'x')
    .replace('*', 'x');
}

// One body for all: each route takes what it knows of it.
const body = {
  ...{ sql: 'SELECT * FROM spans', from: '-30d', to: 'now', reference_from: '-60d', reference_to: '-30d' },
  ...{ trace_id, trace: trace_id, tenant: 'mine' },
};

async function ask(route: Pick<Route, 'method' | 'url'>, key: string | null, content: object = body) {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (key !== null) headers['authorization'] = `Bearer ${key}`;
  const has_body = route.method !== 'GET' && route.method !== 'HEAD';
  const response = await fetch(collector.url + pathOf(route), {
    method: route.method,
    headers,
    ...(has_body ? { body: JSON.stringify(content) } : {}),
  });
  return { status: response.status, text: await response.text() };
}

function askSocket(method: string, path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const socketPath = join(data, 'store.sock');
    request({ socketPath, method, path, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

async function read(url: string, key: string): Promise<string> {
  return (await ask({ method: 'GET', url }, key)).text;
}

function makeKeys(folder: string) {
  const database = openKeysFile(folder);
  const audit = createAudit({ database, now: Date.now });
  const ring = createKeys({ database, audit, actor: 'command', now: Date.now });
  const make = (tenant: string, held: readonly Scope[], lifetime_ms: number | null = null) =>
    ring.create({ name: 'test', tenant, scopes: held, lifetime_ms });
  const expired = make('mine', scopes, 1);
  const revoked = make('mine', scopes);
  ring.revoke(revoked.key.id);
  const all = {
    mine: make('mine', scopes).text,
    theirs: make('theirs', scopes).text,
    expired: expired.text,
    revoked: revoked.text,
    ingest: make('third', ['ingest']).text,
    read: make('third', ['read']).text,
    admin: make('third', ['admin']).text,
  };
  database.close();
  return all;
}

const now_ns = `${Date.now() - 60_000}000000`;
const text = (value: string) => ({ stringValue: value });
const chat = (role: string) =>
  JSON.stringify([{ role, parts: [{ type: 'text', content: `${secret} ${role}` }] }]);
const telemetry = {
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: text(secret) }] },
      scopeSpans: [
        {
          spans: [
            {
              traceId: trace_id,
              spanId: span_id,
              name: secret,
              startTimeUnixNano: now_ns,
              endTimeUnixNano: now_ns,
              attributes: Object.entries({
                'gen_ai.operation.name': 'chat',
                'gen_ai.request.model': secret,
                'gen_ai.agent.name': secret,
                'gen_ai.conversation.id': secret,
                'user.id': secret,
                'gen_ai.input.messages': chat('user'),
                'gen_ai.output.messages': chat('assistant'),
              }).map(([key, value]) => ({ key, value: text(value) })),
            },
          ],
        },
      ],
    },
  ],
};
