import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startStore, type TestStore } from '../../support/store.ts';
import { createTracking } from '../../support/tracking.ts';

let store: TestStore;
let shop: ReturnType<typeof createTracking>;

beforeAll(async () => {
  store = await startStore();
  shop = createTracking(store.client, { now: Date.parse('2026-07-01T12:00:00Z') });
});
afterAll(() => store.stop());

const send = (userId: string, messageId: string, timestamp: string, properties = {}) =>
  shop.post('track', JSON.stringify({ userId, messageId, timestamp, event: 'Product Added', properties }));

describe("a user's actions", () => {
  test('are listed newest first with what is known of them', async () => {
    await send('u1', 'a', '2026-06-01T10:00:00Z');
    await send('u1', 'b', '2026-06-02T10:00:00Z', { category: 'Hats', price: 4, quantity: 2 });
    expect(await shop.list('u1')).toMatchObject({
      status: 200,
      body: {
        actions: [
          { word: 'cart:hats', at: '2026-06-02T10:00:00.000Z', id: 'b', source: 'website', value: 8, quantity: 2 },
          { word: 'cart', at: '2026-06-01T10:00:00.000Z', id: 'a', source: 'website' },
        ],
        next: null,
      },
    });
  });

  test('are the same by the pseudonym', async () => {
    const byPseudonym = await shop.list(`~${shop.deps.pseudonyms.pseudonym('u1')}`);
    expect(byPseudonym.body).toEqual((await shop.list('u1')).body);
  });

  test('page by a cursor that stays right while actions come', async () => {
    for (let n = 0; n < 7; n++) await send('p1', `m${n}`, `2026-06-01T10:00:0${Math.floor(n / 2)}Z`);
    const all = (await shop.list('p1')).body.actions.map(({ id }: { id: string }) => id);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const { body } = await shop.list('p1', { limit: '3', ...(cursor && { cursor }) });
      seen.push(...body.actions.map(({ id }: { id: string }) => id));
      cursor = body.next;
      await send('p1', `late${seen.length}`, '2026-06-30T10:00:00Z');
    } while (cursor);
    expect(seen).toEqual(all);
    expect(seen).toHaveLength(7);
  });

  test.each([
    ['unknown', 'nobody', {}, 404],
    ['over 256 bytes', 'x'.repeat(257), {}, 400],
    ['asked with a bad limit', 'u1', { limit: '0' }, 400],
    ['asked with a bad cursor', 'u1', { cursor: 'x' }, 400],
  ])('of a user that is %s are a problem', async (_, userId, query, status) => {
    const reply = await shop.list(userId, query as Record<string, string>);
    expect(reply.status).toBe(status);
    expect(reply.headers['content-type']).toBe('application/problem+json');
  });
});
