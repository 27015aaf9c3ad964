import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { type KeyStore, SCOPES, type Scope } from '../../../core/ports/keys.ts';
import { StoreBusy } from '../../../core/ports/store-busy.ts';
import type { Log } from '../../../core/ports/surroundings.ts';
import { type ApiOptions, type ApiReply, type ApiRequest, api, Problem } from '../../../functions/http/api.ts';
import { readJson } from '../../../functions/http/json.ts';
import { cursorOf, limitOf, toCursor } from '../../../functions/http/paging.ts';
import { trackingReply } from '../../../functions/http/problem.ts';
import { resolveUser } from '../../../functions/http/user.ts';

const logged: { level: string; message: string; details: unknown }[] = [];
const entry =
  (level: string) =>
  (message: string, details?: unknown): void =>
    void logged.push({ level, message, details });
const log: Log = { info: entry('info'), warn: entry('warn'), error: entry('error') };
/** Keys are named as their scopes. */
const keys = {
  find: async (key: string) => (SCOPES.includes(key as Scope) ? { id: 'k', name: '', scope: key as Scope } : undefined),
} as KeyStore;

const basic = (user: string) => `Basic ${Buffer.from(`${user}:`).toString('base64')}`;

function call(
  event: Partial<APIGatewayProxyEventV2>,
  { handler = async () => ({ status: 200 }), ...options }: ApiOptions & { handler?: Handler } = {},
) {
  const full = { routeKey: 'GET /v1/overview', headers: {}, requestContext: { requestId: 'r1' }, ...event };
  return api({ keys, log, clock: Date.now }, options, handler)(full as APIGatewayProxyEventV2);
}
type Handler = (request: ApiRequest) => Promise<ApiReply>;
const json = (reply: { body?: string }) => JSON.parse(reply.body ?? 'null');
const fails = (error: unknown) => async () => {
  throw error;
};

beforeEach(() => {
  logged.length = 0;
});

describe('a key', () => {
  test.each<[string, Record<string, string>, number, string | undefined]>([
    ['absent', {}, 401, 'missing-key'],
    ['empty', { authorization: '' }, 401, 'missing-key'],
    ['of another scheme', { authorization: 'Digest read' }, 401, 'missing-key'],
    ['as an empty Basic user', { authorization: basic('') }, 401, 'missing-key'],
    ['unknown', { authorization: 'Bearer nope' }, 401, 'unknown-key'],
    ['called __proto__', { authorization: 'Bearer __proto__' }, 401, 'unknown-key'],
    ['of 10,000 letters', { authorization: `Bearer ${'x'.repeat(10_000)}` }, 401, 'unknown-key'],
    ['to write', { authorization: 'Bearer write' }, 403, 'wrong-scope'],
    ['to read', { authorization: 'Bearer read' }, 200, undefined],
    ['to read ids', { authorization: 'Bearer read:ids' }, 200, undefined],
    ['of the admin', { Authorization: 'bearer admin' }, 200, undefined],
    ['as Basic user', { Authorization: basic('read') }, 200, undefined],
  ])('%s: %j is answered %i', async (_, headers, status, type) => {
    const reply = await call({ headers });
    expect(reply.statusCode).toBe(status);
    if (!type) return;
    expect(reply.headers).toMatchObject({
      'content-type': 'application/problem+json',
      'www-authenticate': expect.stringContaining('Bearer'),
    });
    expect(json(reply)).toMatchObject({ type: `urn:buy-timing:problem:${type}`, status, title: expect.any(String) });
  });

  test('is never repeated in a reply or the log', async () => {
    const reply = await call({ headers: { authorization: 'Bearer secret-key' } });
    expect(JSON.stringify([reply, logged])).not.toContain('secret-key');
  });

  test('is not needed on a route of scope none', async () => {
    expect((await call({ routeKey: 'GET /health' })).statusCode).toBe(200);
  });

  test("is looked for in the route's own place when the header has none", async () => {
    const seen: unknown[] = [];
    const handler: Handler = async ({ key }) => {
      seen.push(key?.scope);
      return { status: 200 };
    };
    await call({}, { keyOf: () => 'read', handler });
    await call({ headers: { authorization: 'Bearer admin' } }, { keyOf: () => 'read', handler });
    expect(seen).toEqual(['read', 'admin']);
  });
});

describe('a request', () => {
  const open = { routeKey: 'GET /health' };
  const bodyOf = async (event: Partial<APIGatewayProxyEventV2>, options: ApiOptions = {}) => {
    const reply = await call(
      { ...open, ...event },
      { ...options, handler: async ({ body }) => ({ status: 200, body: body.toString() }) },
    );
    return reply.statusCode === 200 ? reply.body : json(reply);
  };
  const base64 = (bytes: Buffer) => ({ body: bytes.toString('base64'), isBase64Encoded: true });

  test('to an unknown route is answered 404', async () => {
    const reply = await call({ routeKey: '$default' });
    expect([reply.statusCode, json(reply).type]).toEqual([404, 'urn:buy-timing:problem:unknown-route']);
  });

  test('has its headers in lower case and no parameters of a prototype', async () => {
    let seen: ApiRequest | undefined;
    await call(
      { ...open, headers: { 'X-Thing': 'A' }, queryStringParameters: { day: '2026-07-01' } },
      {
        handler: async (request) => {
          seen = request;
          return { status: 200 };
        },
      },
    );
    expect(seen).toMatchObject({ headers: { 'x-thing': 'A' }, query: { day: '2026-07-01' }, requestId: 'r1' });
    expect(seen?.query.constructor).toBeUndefined();
    expect(seen?.path.toString).toBeUndefined();
  });

  test.each<[string, Partial<APIGatewayProxyEventV2>, string]>([
    ['as text', { body: 'größe' }, 'größe'],
    ['as base64', base64(Buffer.from('größe')), 'größe'],
    ['as gzip', { ...base64(gzipSync('größe')), headers: { 'Content-Encoding': 'GZIP' } }, 'größe'],
    ['as identity', { body: 'x', headers: { 'content-encoding': 'identity' } }, 'x'],
    ['absent', {}, ''],
  ])('may have its body %s', async (_, event, expected) => {
    expect(await bodyOf(event)).toBe(expected);
  });

  test.each<[string, Partial<APIGatewayProxyEventV2>, number, string]>([
    ['is not the gzip it says', { body: 'x', headers: { 'content-encoding': 'gzip' } }, 400, 'unreadable-body'],
    [
      'is cut off',
      { ...base64(gzipSync('x').subarray(0, 12)), headers: { 'content-encoding': 'gzip' } },
      400,
      'unreadable-body',
    ],
    ['is of another encoding', { body: 'x', headers: { 'content-encoding': 'br' } }, 400, 'unreadable-body'],
    ['is over 500 KB', { body: 'x'.repeat(512_001) }, 413, 'body-too-large'],
    [
      'unpacks to 100 MB',
      { ...base64(gzipSync(Buffer.alloc(100_000_000))), headers: { 'content-encoding': 'gzip' } },
      413,
      'body-too-large',
    ],
  ])('whose body %s is refused', async (_, event, status, type) => {
    expect(await bodyOf(event)).toMatchObject({ status, type: `urn:buy-timing:problem:${type}` });
    const tracking = await bodyOf(event, { tell: trackingReply });
    expect(tracking).toEqual({ success: false, code: type, message: expect.any(String) });
  });

  test.each<[string, Buffer, unknown]>([
    ['JSON', Buffer.from('{"a":1}'), { a: 1 }],
    ['with a byte order mark', Buffer.from('\ufeff{"a":1}'), { a: 1 }],
    ['empty', Buffer.alloc(0), 'the body is empty'],
    ['no JSON', Buffer.from('{'), 'the body is not JSON'],
    ['Latin-1', Buffer.from('{"a":"ü"}', 'latin1'), 'the body is not UTF-8'],
    ['UTF-16', Buffer.from('\ufeff{"a":1}', 'utf16le'), 'the body is not UTF-8'],
  ])('whose body is %s', async (_, bytes, expected) => {
    const reply = await call(
      { ...open, ...base64(bytes) },
      { handler: async (request) => ({ status: 200, body: readJson(request) }) },
    );
    const said = json(reply);
    expect(reply.statusCode === 200 ? said : said.detail).toEqual(expected);
  });
});

describe('a reply', () => {
  const open = { routeKey: 'GET /health' };

  test.each<[string, ApiReply, unknown]>([
    ['an object', { status: 200, body: { a: 1 } }, ['application/json', '{"a":1}']],
    ['null', { status: 200, body: null }, ['application/json', 'null']],
    ['text', { status: 200, body: 'a' }, ['text/plain; charset=utf-8', 'a']],
    ['CSV', { status: 200, headers: { 'content-type': 'text/csv' }, body: 'a,b' }, ['text/csv', 'a,b']],
    ['nothing', { status: 204 }, [undefined, undefined]],
  ])('may be %s, and is never cached', async (_, given, expected) => {
    const reply = await call(open, { handler: async () => given });
    expect([reply.headers?.['content-type'], reply.body]).toEqual(expected);
    expect(reply.headers?.['cache-control']).toBe('no-store');
  });

  test('to an expected failure is a problem with its fields and headers', async () => {
    const problem = new Problem(404, 'not-scored', 'no score yet', { nextRun: 'x' }, { 'x-a': 'b' });
    const reply = await call(open, { handler: fails(problem) });
    expect(reply).toMatchObject({
      statusCode: 404,
      headers: { 'x-a': 'b', 'content-type': 'application/problem+json' },
    });
    expect(json(reply)).toEqual({
      type: 'urn:buy-timing:problem:not-scored',
      title: 'Not found',
      status: 404,
      detail: 'no score yet',
      nextRun: 'x',
    });
    expect(logged).toEqual([]);
  });

  test.each<[ApiOptions, number]>([
    [{}, 503],
    [{ busyStatus: 429 }, 429],
  ])('of a busy store, with %j, is %i and says when to come back', async (options, status) => {
    const reply = await call(open, { ...options, handler: fails(new StoreBusy()) });
    expect(reply).toMatchObject({ statusCode: status, headers: { 'retry-after': '1' } });
  });

  test('to an unexpected failure tells the request id only, and logs once without the message', async () => {
    const reply = await call(open, { handler: fails(new TypeError('user secret-user broke it')) });
    expect([reply.statusCode, json(reply).requestId]).toEqual([500, 'r1']);
    expect(logged).toHaveLength(1);
    expect(logged[0]).toMatchObject({
      level: 'error',
      details: { requestId: 'r1', route: 'GET /health', error: 'TypeError', stack: expect.any(Array) },
    });
    expect(JSON.stringify([reply, logged])).not.toContain('secret-user');
  });

  test('comes also when what was thrown is no error', async () => {
    expect((await call(open, { handler: fails('secret') })).statusCode).toBe(500);
    expect((await call(open, { handler: fails(undefined) })).statusCode).toBe(500);
  });
});

describe('the user of a path', () => {
  const deps = { pseudonyms: { pseudonym: (id: string) => `hash of ${id}`, encrypt: Buffer.from, decrypt: String } };
  const hex = 'a'.repeat(64);

  test.each([
    ['u1', 'hash of u1'],
    ['a/b%', 'hash of a/b%'],
    [`~${hex}`, hex],
    ['~abc', 'hash of ~abc'],
    [`~${hex.toUpperCase()}`, `hash of ~${hex.toUpperCase()}`],
    ['é'.repeat(128), `hash of ${'é'.repeat(128)}`],
  ])('%.20j', (userId, user) => {
    expect(resolveUser(deps, userId)).toBe(user);
  });

  test.each([[undefined], [''], ['😀'.repeat(1_000)], ['u'.repeat(257)]])('%.20j is refused', (userId) => {
    expect(() => resolveUser(deps, userId)).toThrow(Problem);
  });
});

describe('paging', () => {
  test.each([
    [{}, 100],
    [{ limit: '1' }, 1],
    [{ limit: '1000' }, 1_000],
  ])('by %j', (query, limit) => {
    expect(limitOf(query as Record<string, string>)).toBe(limit);
  });

  test.each([['0'], ['1001'], ['-1'], ['1.5'], ['1e2'], [''], ['all'], ['1,2']])('refuses the limit %j', (limit) => {
    expect(() => limitOf({ limit })).toThrow(expect.objectContaining({ status: 400, type: 'bad-limit' }));
  });

  test('gives cursors that are safe in a URL and read back', () => {
    const cursor = toCursor([1, 'view:größe/靴?&']);
    expect(cursor).toMatch(/^[\w-]+$/);
    expect(cursorOf({ cursor }, ['number', 'string'])).toEqual([1, 'view:größe/靴?&']);
    expect(cursorOf({}, ['number'])).toBeUndefined();
  });

  test.each([[''], ['!'], ['bnVsbA'], [toCursor(['1'])], [toCursor([1, 2])]])('refuses the cursor %j', (cursor) => {
    expect(() => cursorOf({ cursor }, ['number'])).toThrow(
      expect.objectContaining({ status: 400, type: 'bad-cursor' }),
    );
  });
});
