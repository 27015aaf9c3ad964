import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createDynamoClient } from '../../../adapters/dynamo/client.ts';
import { unpackActions } from '../../../core/actions/packing.ts';
import { SIZE } from '../../../lib/cost/mix.ts';
import { writeUnits } from '../../../lib/cost/usage.ts';
import { type CountedStore, startCountedStore } from '../../support/counted-store.ts';
import { itemSize } from '../../support/item-size.ts';
import { createTracking } from '../../support/tracking.ts';

const NOW = Date.parse('2026-07-01T12:00:00Z');

const CATEGORIES = ['Running Shoes', 'Hiking Boots', 'Socks', 'Insoles'];

/** As a browser's client sends them, nearly each of another category. */
const events = (request: number, users: string[]) =>
  users.map((userId, n) => ({
    type: 'track',
    event: 'Product Viewed',
    userId,
    messageId: `ajs-next-${NOW + n}-0f8fad5b-d9cb-469f-a165-7086${String(request * 100 + n).padStart(8, '0')}`,
    timestamp: new Date(NOW - 60_000 + n).toISOString(),
    properties: { category: CATEGORIES[n % CATEGORIES.length], price: 89.9, quantity: 1 },
  }));

describe('a request of five events', () => {
  let store: CountedStore;
  let shop: ReturnType<typeof createTracking>;
  const send = async (request: number, users: string[]) => {
    const reply = await shop.post('batch', JSON.stringify({ batch: events(request, users) }));
    expect(reply.body).toMatchObject({ accepted: 5 });
    return store.take();
  };

  beforeAll(async () => {
    store = await startCountedStore();
    shop = createTracking(createDynamoClient(), { now: NOW, retentionDays: 365 });
    await send(0, ['warm', 'warm', 'warm', 'warm', 'warm']);
  });
  afterAll(() => store.stop());

  test('of a user who was there today costs one write unit and half a read unit', async () => {
    await send(1, ['a', 'a', 'a', 'a', 'a']);
    expect(await send(2, ['a', 'a', 'a', 'a', 'a'])).toEqual({
      'PutItem Actions': { calls: 1, items: 1, units: 1 },
      'GetItem Users': { calls: 1, items: 1, units: 0.5 },
    });
  });

  test('of five users costs each of them that', async () => {
    const users = ['b', 'c', 'd', 'e', 'f'];
    await send(3, users);
    expect(await send(4, users)).toEqual({
      'PutItem Actions': { calls: 5, items: 5, units: 5 },
      'GetItem Users': { calls: 5, items: 5, units: 2.5 },
    });
  });

  test('leaves an item of the size that the bill supposes', async () => {
    const { Items = [] } = await shopClient().send(new ScanCommand({ TableName: 'Actions' }));
    const item = Items.find(({ p }) => unpackActions(p).length === 5)!;
    const supposed = SIZE.chunk + 5 * SIZE.action;
    expect(itemSize(item)).toBeGreaterThan(0.95 * supposed);
    expect(itemSize(item)).toBeLessThan(1.05 * supposed);
    expect(writeUnits(supposed)).toBe(1);
  });
});

const shopClient = () => createDynamoClient();
