import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { addDays, type Day } from '../../../core/time.ts';
import { openShop, type TestShop } from '../../support/shop.ts';

/** Users with a few weeks of history before `day`, some of whom bought. */
async function history(shop: TestShop, day: Day, users = 12): Promise<void> {
  for (let user = 0; user < users; user++) {
    const actions: [string, string][] = [];
    for (let ago = 2 + (user % 5); ago < 40; ago += 3 + (user % 4)) {
      actions.push([`${addDays(day, -ago)}T1${user % 10}:00:00Z`, user % 3 === 0 ? 'purchase:shoes' : 'view:shoes']);
    }
    await shop.act(`user-${user}`, ...actions.reverse());
  }
}

const modelled = (run: { shards: { modelCalls: number }[] }) =>
  run.shards.reduce((sum, { modelCalls }) => sum + modelCalls, 0);

describe('a nightly run', () => {
  const DAY = '2026-03-10';
  let shop: TestShop;
  beforeAll(async () => {
    shop = await openShop('Europe/Berlin');
    await history(shop, DAY);
  });
  afterAll(() => shop.stop());

  test('scores every active user once, by the model', async () => {
    const { finish, shards } = await shop.nightly(DAY);
    expect(finish).toMatchObject({
      day: DAY,
      activeUsers: 12,
      scored: 12,
      failed: 0,
      modelCalls: 12,
      failedShards: [],
    });
    expect(shards.reduce((sum, { scored }) => sum + scored, 0)).toBe(12);
    expect((await shop.scores(DAY)).size).toBe(12);
  });

  test('of an empty day is planned anew once there is somebody', async () => {
    expect((await shop.nightly('2020-01-01')).finish.scored).toBe(0);
    await shop.act('early', ['2019-12-30T10:00:00Z', 'view:shoes']);
    expect((await shop.nightly('2020-01-01')).finish.scored).toBe(1);
  });

  test('of the same day again scores nobody', async () => {
    const asked = shop.asked.length;
    const { shards } = await shop.nightly(DAY);
    expect(shards.reduce((sum, { alreadyScored }) => sum + alreadyScored, 0)).toBe(12);
    expect(shards.every(({ scored }) => scored === 0)).toBe(true);
    expect(shop.asked).toHaveLength(asked);
  });

  test('asks the model nothing and writes no user when nobody acted, while scores move with silence', async () => {
    const before = await shop.scores(DAY);
    const stored = await shop.deps.users.getMany([...before.keys()]);
    const asked = shop.asked.length;
    const next = addDays(DAY, 1);
    const run = await shop.nightly(next);
    expect(modelled(run)).toBe(0);
    expect(shop.asked).toHaveLength(asked);
    const after = await shop.scores(next);
    expect(after.size).toBe(12);
    for (const [user, row] of after) {
      expect(row.silence_days).toBe(before.get(user)!.silence_days + 1);
      expect(row.p_7d).not.toBe(before.get(user)!.p_7d);
      expect(row.origin).toBe(DAY);
    }
    const byUser = (list: typeof stored) => Object.fromEntries(list.map((record) => [record.user, record]));
    expect(byUser(await shop.deps.users.getMany([...before.keys()]))).toEqual(byUser(stored));
  });

  test('asks the model for exactly those who acted, late actions included', async () => {
    const yesterday = await shop.act('user-1', [`${addDays(DAY, 1)}T10:00:00Z`, 'cart:hats']);
    const late = await shop.act('user-2', [`${addDays(DAY, -9)}T10:00:00Z`, 'cart:hats']);
    const day = addDays(DAY, 2);
    expect(modelled(await shop.nightly(day))).toBe(2);
    const rows = await shop.scores(day);
    expect([rows.get(yesterday)!.origin, rows.get(late)!.origin]).toEqual([day, day]);
    expect(rows.get(yesterday)!.silence_days).toBe(0);
  });

  test('forecasts anew after 30 days, and leaves out who was silent for more than 90', async () => {
    expect(modelled(await shop.nightly(addDays(DAY, 30)))).toBe(0);
    expect(modelled(await shop.nightly(addDays(DAY, 31)))).toBe(10);
    const { finish } = await shop.nightly(addDays(DAY, 120));
    expect(finish).toMatchObject({ activeUsers: 0, failed: 0 });
    expect((await shop.scores(addDays(DAY, 120))).size).toBe(0);
  });

  test('of a past day writes files, and leaves forecasts of a later origin as they are', async () => {
    const users = [...(await shop.scores(DAY)).keys()];
    const before = await shop.deps.users.getMany(users);
    const past = addDays(DAY, -3);
    const { finish } = await shop.nightly(past);
    expect(finish.modelCalls).toBe(finish.activeUsers);
    expect((await shop.scores(past)).size).toBe(finish.activeUsers);
    const after = await shop.deps.users.getMany(users);
    const origins = (list: typeof before) => Object.fromEntries(list.map(({ user, forecast }) => [user, forecast]));
    expect(origins(after)).toEqual(origins(before));
  });

  test('restarted, scores the same users the same again', async () => {
    const before = await shop.scores(DAY);
    const { shards } = await shop.nightly(DAY, { restart: true });
    expect(shards.reduce((sum, { scored }) => sum + scored, 0)).toBe(12);
    expect(new Set((await shop.scores(DAY)).keys())).toEqual(new Set(before.keys()));
  });
});

describe('a nightly run that is interrupted', () => {
  test('goes on where it stopped, and asks the model for nobody twice', async () => {
    let crash = true;
    const shop = await openShop('UTC', ({ objects, users }) => ({
      objects: {
        ...objects,
        // After a shard's forecasts are stored, before its file is: the worst moment.
        put: async (name, body) => {
          if (crash && name.startsWith('scores/') && name > 'scores/day=2026-03-10/shard=100') throw new Error('crash');
          return objects.put(name, body);
        },
      },
      users,
    }));
    try {
      await history(shop, '2026-03-10', 30);
      const first = await shop.nightly('2026-03-10');
      expect(first.failedShards.length).toBeGreaterThan(0);
      expect(first.finish.failedShards).toHaveLength(first.failedShards.length);
      expect(first.finish.scored + first.finish.failed).toBe(30);
      const asked = shop.asked.reduce((sum, { batch }) => sum + batch, 0);
      const lookedBack = shop.lookedBack.length;
      crash = false;
      const second = await shop.nightly('2026-03-10');
      expect(second.finish).toMatchObject({ activeUsers: 30, scored: 30, failed: 0, failedShards: [] });
      expect(shop.asked.reduce((sum, { batch }) => sum + batch, 0)).toBe(asked);
      expect(asked).toBe(30);
      expect(shop.lookedBack).toHaveLength(lookedBack);
      expect((await shop.scores('2026-03-10')).size).toBe(30);
    } finally {
      await shop.stop();
    }
  });

  test('tries a failing shard again and lets the others go on', async () => {
    const failures = new Map<string, number>();
    const shop = await openShop('UTC', ({ users }) => ({
      users: {
        ...users,
        getMany: async (asked) => {
          const shard = asked[0]!.slice(0, 2);
          failures.set(shard, (failures.get(shard) ?? 0) + 1);
          if (failures.get(shard)! < 3) throw new Error('away');
          return users.getMany(asked);
        },
      },
    }));
    try {
      await history(shop, '2026-03-10');
      const { finish, failedShards } = await shop.nightly('2026-03-10');
      expect(failedShards).toEqual([]);
      expect(finish.scored).toBe(12);
    } finally {
      await shop.stop();
    }
  });
});

describe('what comes at or after the first instant of the day', () => {
  const zones: [string, Day, first: string][] = [
    ['UTC', '2026-03-10', '2026-03-10T00:00:00Z'],
    ['Europe/Berlin', '2026-03-29', '2026-03-28T23:00:00Z'],
    ['Europe/Berlin', '2026-03-30', '2026-03-29T22:00:00Z'],
    ['Europe/Berlin', '2026-10-26', '2026-10-25T23:00:00Z'],
    // Clocks skip midnight: the day begins at 01:00 wall-clock time.
    ['America/Santiago', '2026-09-06', '2026-09-06T04:00:00Z'],
  ];

  test.each(zones)('changes nothing in %s on %s', async (zone, day, first) => {
    const shop = await openShop(zone);
    try {
      await history(shop, day, 6);
      const before = new Date(Date.parse(first) - 1_000).toISOString();
      const lastMinute = await shop.act('last-minute', [before, 'view:shoes']);
      await shop.nightly(day);
      const rows = await shop.scores(day);
      expect(rows.get(lastMinute)).toMatchObject({ silence_days: 0, as_of: before });
      const asked = [...shop.asked];

      await shop.act('last-minute', [first, 'purchase:shoes']);
      await shop.act('user-1', [first, 'purchase:hats'], [`${addDays(day, 5)}T10:00:00Z`, 'cart:shoes']);
      const newcomer = await shop.act('newcomer', [first, 'view:shoes']);
      await shop.nightly(day, { restart: true });
      const again = await shop.scores(day);
      expect(again.has(newcomer)).toBe(false);
      expect(again).toEqual(rows);
      expect((await shop.deps.runs.get(day, 'plan'))!.state.attempt).toBe(2);
      const statistics = (await shop.deps.runs.get(day, 'plan'))!.state.shop as number[];
      expect(Array.from(asked[0]!.shop.subarray(0, statistics.length))).toEqual(statistics);
    } finally {
      await shop.stop();
    }
  });

  test('changes nothing in a shop that has it all along', async () => {
    const rowsOf = async (withFuture: boolean) => {
      const shop = await openShop('UTC');
      try {
        await history(shop, '2026-03-10', 6);
        if (withFuture) {
          await history(shop, '2026-05-10', 9);
          await shop.act(
            'sleeper',
            ['2025-10-01T10:00:00Z', 'purchase:shoes'],
            ['2026-03-10T00:00:00Z', 'purchase:shoes'],
          );
        } else await shop.act('sleeper', ['2025-10-01T10:00:00Z', 'purchase:shoes']);
        await shop.nightly('2026-03-10');
        // Pseudonyms differ from shop to shop.
        const rows = [...(await shop.scores('2026-03-10')).values()].map(({ user: _, ...row }) => JSON.stringify(row));
        return rows.sort();
      } finally {
        await shop.stop();
      }
    };
    const without = await rowsOf(false);
    expect(without).toHaveLength(6);
    expect(await rowsOf(true)).toEqual(without);
  });
});
