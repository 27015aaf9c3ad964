import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ApiFailure, createClient } from '../../../client/index.ts';

interface Asked {
  url: string;
  authorization: string | null;
}

/** A server that answers everything alike, and what it was asked. */
function answering(status: number, body: string, asked: Asked[] = []): typeof fetch {
  return async (input, init) => {
    asked.push({ url: String(input), authorization: new Headers(init?.headers).get('authorization') });
    return new Response(body, { status });
  };
}

const shopId = fc.string({ unit: 'grapheme', minLength: 1 }).filter((id) => id !== '.' && id !== '..');
const KEY = 'bt_read_secret';
const TIMING = 'GET /v1/users/{userId}/timing';
const clientOf = (fetch: typeof globalThis.fetch) => createClient({ url: '', key: KEY, fetch });

describe('the client', () => {
  test('sends the key as a header and never in the address', async () => {
    const asked: Asked[] = [];
    const api = clientOf(answering(200, '{}', asked));
    await api.call('GET /v1/overview', { query: { day: '2026-11-20' } });
    await api.call('GET /v1/audiences/{name}', { path: { name: 'soon' }, query: { cursor: 'a+/=', limit: 25 } });
    await api.call(TIMING, { path: { userId: '~9f2c' }, query: { curves: true, day: undefined } });
    await api.call('GET /v1/users/{userId}/actions', { path: { userId: 'u1' }, query: { limit: 100 } });
    expect(asked.map(({ url }) => url)).toEqual([
      '/v1/overview?day=2026-11-20',
      '/v1/audiences/soon?cursor=a%2B%2F%3D&limit=25',
      '/v1/users/~9f2c/timing?curves=true',
      '/v1/users/u1/actions?limit=100',
    ]);
    expect(new Set(asked.map(({ authorization }) => authorization))).toEqual(new Set([`Bearer ${KEY}`]));
  });

  test("keeps a shop's id, whatever is in it, inside one part of the path", async () => {
    await fc.assert(
      fc.asyncProperty(shopId, async (id) => {
        const asked: Asked[] = [];
        await clientOf(answering(200, '{}', asked)).call(TIMING, { path: { userId: id } });
        const { pathname, search } = new URL(asked[0]!.url, 'http://shop.test');
        const parts = pathname.split('/');
        expect([parts.length, search]).toEqual([5, '']);
        expect(decodeURIComponent(parts[3]!)).toBe(id);
      }),
    );
  });

  test.each(['.', '..'])('asks nothing for the id %j, which would lead elsewhere', async (id) => {
    const asked: Asked[] = [];
    const api = clientOf(answering(200, '{}', asked));
    await expect(api.call(TIMING, { path: { userId: id } })).rejects.toMatchObject({
      status: 400,
      type: 'bad-user-id',
    });
    expect(asked).toEqual([]);
  });

  test.each([
    [
      404,
      '{"type":"urn:buy-timing:problem:not-scored","title":"Not found","detail":"next run at 04:00"}',
      'not-scored',
      'next run at 04:00',
    ],
    [500, '{"title":"Internal error"}', '', 'Internal error'],
    [502, '<html>bad gateway</html>', '', 'The server answered 502.'],
  ])('makes a problem of status %i and %j', async (status, body, type, message) => {
    const failure = await clientOf(answering(status, body))
      .call('GET /v1/overview')
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ApiFailure);
    expect(failure).toMatchObject({ status, type, message });
  });

  test('calls no answer at all a problem too', async () => {
    const offline = () => Promise.reject(new TypeError('Failed to fetch'));
    await expect(clientOf(offline).call('GET /v1/overview')).rejects.toMatchObject({ status: 0, type: 'no-answer' });
  });
});
