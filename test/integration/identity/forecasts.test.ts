import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { merge } from '../../../core/identity/merge.ts';
import { createHandler as createTiming } from '../../../functions/timing/handler.ts';
import { eventOf } from '../../support/gateway-event.ts';
import { ADMIN_KEY, openShop, type TestShop } from '../../support/shop.ts';

let shop: TestShop;

beforeAll(async () => {
  shop = await openShop('UTC');
}, 60_000);
afterAll(() => shop.stop());

async function timing(userId: string, query = '') {
  const url = `/v1/users/${userId}/timing${query}`;
  const reply = await createTiming(shop.deps)(eventOf({ method: 'GET', url, key: ADMIN_KEY, time: shop.now }));
  return JSON.parse(String(reply.body));
}

test('forecasts follow a merge: fresh ones at once, the others in the next run, under any of the ids', async () => {
  const visitor = await shop.act(
    'visitor',
    ['2029-12-20T10:00:00Z', 'view:shoes'],
    ['2029-12-21T10:00:00Z', 'cart:shoes'],
  );
  const user = await shop.act('user', ['2029-12-28T10:00:00Z', 'purchase:shoes']);
  // What the two are as one, for comparison.
  const one = await shop.act(
    'one',
    ['2029-12-20T10:00:00Z', 'view:shoes'],
    ['2029-12-21T10:00:00Z', 'cart:shoes'],
    ['2029-12-28T10:00:00Z', 'purchase:shoes'],
  );
  await shop.nightly('2030-01-01');
  expect([...(await shop.scores('2030-01-01')).keys()].sort()).toEqual([visitor, user, one].sort());

  const { deps } = shop;
  await merge(
    { links: deps.links, users: { touch: deps.users.touch, ...deps.mergedUsers } },
    {
      previous: visitor,
      user,
      by: 'identify',
      encryptedId: () => deps.pseudonyms.encrypt('user'),
      today: '2030-01-01',
    },
  );
  const fresh = await timing('one', '?fresh=true');
  for (const id of ['user', 'visitor', `~${visitor}`])
    expect(await timing(id, '?fresh=true')).toMatchObject({ user, userId: 'user', probability: fresh.probability });

  // A forecast of the same night for the one to compare with.
  const again = { first: '2029-12-20', last: '2029-12-28', today: '2030-01-01' };
  await deps.users.touch({ user: one, encryptedId: () => new Uint8Array(), ...again });
  shop.now += 86_400_000;
  await shop.nightly('2030-01-02');
  const rows = await shop.scores('2030-01-02');
  expect([...rows.keys()].sort()).toEqual([user, one].sort());
  expect(rows.get(user)).toEqual({ ...rows.get(one), user });
  const merged = await timing('visitor');
  expect(merged).toMatchObject({ user, userId: 'user', day: '2030-01-02' });
  expect(merged).toEqual(await timing('user'));
}, 120_000);
