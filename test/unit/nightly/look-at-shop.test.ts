import { zoneOf } from '../../../core/time.ts';
import { lookAtShop } from '../../../functions/nightly/plan/look-at-shop.ts';
import type { SampledShop } from '../../../functions/nightly/sample.ts';
import { BUSY_SAMPLE, SAMPLE } from '../../../functions/nightly/steps.ts';

const DAY = '2026-03-10';

/** 20 users in each of the 256 shards, each with so many views in February. */
function shopOf(actionsEach: number): SampledShop {
  const actions = Array.from({ length: actionsEach }, (_, n) => ({
    word: 'view:shoes',
    at: Date.parse('2026-02-01T00:00:00Z') + n * 60_000,
    id: String(n),
  }));
  return {
    zone: zoneOf('UTC'),
    users: {
      async *inShard(shard: number) {
        yield Array.from({ length: 20 }, (_, n) => ({
          user: `${shard}-${n}`,
          firstActionDay: '2026-02-01',
          lastActionDay: '2026-02-28',
        }));
      },
    },
    actions: { read: async () => actions },
  } as unknown as SampledShop;
}

test('the sample of a shop ends with its 4,000th user', async () => {
  const { users, shards } = await lookAtShop(shopOf(10), DAY);
  expect(users).toBe(SAMPLE);
  // Those past the sample are not looked at, and may have somebody.
  expect(shards).toHaveLength(256);
});

test('where users have thousands of actions each, it ends once it has a thousand users and 4 million actions', async () => {
  const { users } = await lookAtShop(shopOf(BUSY_SAMPLE.actions / BUSY_SAMPLE.users), DAY);
  expect(users).toBeGreaterThanOrEqual(BUSY_SAMPLE.users);
  // Some users are read at once.
  expect(users).toBeLessThan(BUSY_SAMPLE.users + 16);
}, 60_000);
