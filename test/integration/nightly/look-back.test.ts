import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createRandom } from '../../../core/simulation/random.ts';
import { addDays, type Day } from '../../../core/time.ts';
import { listCorrections } from '../../../functions/runs/corrections.ts';
import { openShop, type TestShop } from '../../support/shop.ts';

/** 72 users of whom most act on many days of 70, and on, and buy far more often than the shops the bundle knows. */
async function liveShop(shop: TestShop, until: Day, on = 0): Promise<void> {
  const random = createRandom(5);
  for (let user = 0; user < 72; user++) {
    const actions: [string, string][] = [];
    for (let ago = 70; ago > -on; ago--)
      if (random.chance(0.3))
        actions.push([`${addDays(until, -ago)}T10:00:00Z`, random.chance(0.5) ? 'purchase:shoes' : 'view:shoes']);
    await shop.act(`user-${user}`, ...actions);
  }
}

const DAY = '2026-03-10';
const learned = (shop: TestShop) => listCorrections(shop.deps.settings);
const forecastsOf = (shop: TestShop, from: number) =>
  shop.lookedBack.slice(from).reduce((sum, { batch }) => sum + batch, 0);

describe('a nightly run of a shop that has a history', () => {
  let shop: TestShop;
  beforeAll(async () => {
    shop = await openShop('UTC');
    await liveShop(shop, DAY, 7);
    await shop.nightly(DAY);
  }, 120_000);
  afterAll(() => shop.stop());

  test('learns a correction with its evidence, and scores with it', async () => {
    const [correction, ...others] = await learned(shop);
    expect(others).toEqual([]);
    expect(correction).toMatchObject({ version: 1, asOf: DAY, evidence: { users: 72, reason: null } });
    const { origins, horizons } = correction!.evidence;
    expect([origins[0], origins.length]).toEqual(['2026-03-03', 6]);
    const total = (value: 'before' | 'after') => horizons.reduce((sum, horizon) => sum + horizon[value], 0);
    expect(total('after')).toBeLessThan(total('before'));
    for (const row of (await shop.scores(DAY)).values()) {
      expect(row.correction).toBe(1);
      const order = [row.p_1d, row.p_3d, row.p_7d, row.p_14d, row.p_30d];
      expect(order).toEqual(order.toSorted((a, b) => a - b));
    }
  });

  test('uses it for a week, and then learns again under a higher version', async () => {
    const asked = shop.lookedBack.length;
    await shop.nightly(addDays(DAY, 3));
    expect(forecastsOf(shop, asked)).toBe(0);
    await shop.nightly(addDays(DAY, 7));
    expect(forecastsOf(shop, asked)).toBeGreaterThan(40);
    expect((await learned(shop)).map(({ version, asOf }) => [version, asOf])).toEqual([
      [1, DAY],
      [2, addDays(DAY, 7)],
    ]);
    const [row] = (await shop.scores(addDays(DAY, 7))).values();
    expect(row!.correction).toBe(2);
  });

  test('of a past day learns from what came before it, and leaves the later ones as they are', async () => {
    const before = await learned(shop);
    const past = addDays(DAY, -10);
    await shop.nightly(past);
    const after = await learned(shop);
    expect(after.filter(({ asOf }) => asOf !== past)).toEqual(before);
    expect(after.find(({ asOf }) => asOf === past)!.evidence.origins[0]).toBe(addDays(past, -7));
    await shop.nightly(addDays(DAY, 8));
    const [row] = (await shop.scores(addDays(DAY, 8))).values();
    expect(row!.correction).toBe(2);
  });

  test('of the same day restarted gives the same scores', async () => {
    const before = await shop.scores(DAY);
    await shop.nightly(DAY, { restart: true });
    expect(await shop.scores(DAY)).toEqual(before);
  });
});

test('nothing at or after the first instant of the day teaches a correction', async () => {
  const correctionOf = async (withFuture: boolean) => {
    const shop = await openShop('UTC');
    try {
      await liveShop(shop, DAY);
      if (withFuture)
        for (let user = 0; user < 72; user += 2)
          await shop.act(`user-${user}`, [`${DAY}T00:00:00Z`, 'purchase:hats'], [`${DAY}T09:00:00Z`, 'view:hats']);
      await shop.nightly(DAY);
      const [{ evidence, horizons }] = (await learned(shop)) as [Awaited<ReturnType<typeof learned>>[number]];
      // Users are held out by their place among the pseudonyms, which differ from shop to shop; so does what a call
      // of the model rounds.
      return { horizons, evidence: evidence.horizons.map(({ after: _, ...rest }) => rest) };
    } finally {
      await shop.stop();
    }
  };
  const without = await correctionOf(false);
  const { horizons, evidence } = await correctionOf(true);
  for (const [h, row] of without.evidence.entries()) {
    expect(evidence[h]).toMatchObject({ days: row.days, n: row.n, buyers: row.buyers });
    expect(evidence[h]!.before).toBeCloseTo(row.before, 5);
    expect(horizons[h]!.slope).toBeCloseTo(without.horizons[h]!.slope, 4);
    expect(horizons[h]!.intercept).toBeCloseTo(without.horizons[h]!.intercept, 4);
  }
}, 120_000);

test('a correction of another model is not used', async () => {
  const shop = await openShop('UTC');
  try {
    await liveShop(shop, DAY);
    await shop.nightly(DAY);
    const [own] = await learned(shop);
    const other = { ...own!, modelVersion: 'other', asOf: addDays(DAY, 1), version: 9 };
    await shop.deps.settings.put('correction', `${other.asOf} other`, other);
    await shop.nightly(addDays(DAY, 2));
    const [row] = (await shop.scores(addDays(DAY, 2))).values();
    expect(row!.correction).toBe(1);
  } finally {
    await shop.stop();
  }
}, 120_000);

test('a run goes on with the correction it has when the look back fails', async () => {
  let away = false;
  const shop = await openShop('UTC', ({ settings }) => ({
    settings: {
      ...settings,
      put: async (kind, name, value) => {
        if (away && kind === 'correction') throw new Error('away');
        return settings.put(kind, name, value);
      },
    },
  }));
  try {
    away = true;
    await shop.act('u', ['2026-03-01T10:00:00Z', 'view:shoes']);
    const { finish } = await shop.nightly(DAY);
    expect(finish).toMatchObject({ scored: 1, failed: 0 });
    const [row] = (await shop.scores(DAY)).values();
    expect(row!.correction).toBe(0);
  } finally {
    await shop.stop();
  }
});
