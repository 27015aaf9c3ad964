import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ApiProblem, createApi } from '../../../web/api.ts';

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

describe('the API client', () => {
  test('sends the key as a header and never in the address', async () => {
    const asked: Asked[] = [];
    const api = createApi(KEY, answering(200, '{}', asked));
    await api.overview('2026-11-20');
    await api.audience('soon', { cursor: 'a+/=', limit: 25 });
    await api.timing({ pseudonym: '9f2c' }, { curves: true });
    await api.actions({ shopId: 'u1' }, { limit: 100 });
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
        await createApi(KEY, answering(200, '{}', asked)).timing({ shopId: id });
        const { pathname, search } = new URL(asked[0]!.url, 'http://shop.test');
        const parts = pathname.split('/');
        expect([parts.length, search]).toEqual([5, '']);
        expect(decodeURIComponent(parts[3]!)).toBe(id);
      }),
    );
  });

  test.each(['.', '..'])('asks nothing for the id %j, which would lead elsewhere', async (id) => {
    const asked: Asked[] = [];
    const api = createApi(KEY, answering(200, '{}', asked));
    await expect(api.timing({ shopId: id })).rejects.toMatchObject({ status: 400, type: 'bad-user-id' });
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
    const failure = await createApi(KEY, answering(status, body))
      .overview()
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ApiProblem);
    expect(failure).toMatchObject({ status, type, message });
  });

  test('calls no answer at all a problem too', async () => {
    const offline = () => Promise.reject(new TypeError('Failed to fetch'));
    await expect(createApi(KEY, offline).overview()).rejects.toMatchObject({ status: 0, type: 'no-answer' });
  });
});
