/** Public releases of a night: noise once, a budget in Settings, and nothing of small groups. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { audienceCells, demandCells, releaseOf, secret } from '../../../cli/privacy/release.ts';
import { addDays } from '../../../core/time.ts';
import { openShop, type TestShop } from '../../support/shop.ts';

const DAY = '2026-03-10';
const AT = { at: '2026-03-11T00:00:00.000Z' };
const OPTIONS = { epsilon: 1, sensitivity: 1, smallest: 5 };

describe('a public release', () => {
  let shop: TestShop;

  beforeAll(async () => {
    shop = await openShop('UTC');
    for (let user = 0; user < 24; user++) {
      const actions: [string, string][] = [];
      for (let ago = 60 - (user % 9); ago > 0; ago -= 4 + (user % 6)) {
        actions.push([`${addDays(DAY, -ago)}T10:00:00Z`, 'view:shoes']);
        if (ago % 3 === 0) actions.push([`${addDays(DAY, -ago)}T11:00:00Z`, 'purchase:shoes']);
      }
      await shop.act(`user-${user}`, ...actions);
    }
    await shop.nightly(DAY);
  }, 120_000);
  afterAll(() => shop.stop());

  test('counts each user in one band, and in a day of demand at most once', async () => {
    const bands = await audienceCells(shop.deps.settings, DAY);
    expect(bands.cells.reduce((sum, { value }) => sum + value, 0)).toBe(24);
    expect(bands.sensitivity).toBe(1);
    const demand = await demandCells(shop.deps.objects, DAY, 7);
    const total = demand.cells.reduce((sum, { value }) => sum + value, 0);
    expect(total).toBeGreaterThan(0);
    expect(total).toBeLessThanOrEqual(24 * demand.sensitivity);
    expect(demand.cells.every(({ name }) => !name.includes('~new'))).toBe(true);
  });

  test('asked again gives the same numbers and spends nothing', async () => {
    const { settings } = shop.deps;
    const { cells } = await audienceCells(settings, DAY);
    const first = await releaseOf(settings, 'audiences/a', cells, OPTIONS, AT);
    const again = await releaseOf(settings, 'audiences/a', cells, { ...OPTIONS, epsilon: 2 }, AT);
    expect(again).toEqual(first);
    expect(first).toMatchObject({ spent: 1, total: 4, options: OPTIONS });
  });

  test('is refused when the budget is spent, and leaves nothing behind', async () => {
    const { settings } = shop.deps;
    const { cells } = await audienceCells(settings, DAY);
    for (const name of ['b', 'c', 'd']) await releaseOf(settings, name, cells, OPTIONS, AT);
    await expect(releaseOf(settings, 'e', cells, OPTIONS, AT)).rejects.toThrow('4 of ε 4 is spent, 1 more is asked');
    expect(await settings.get('privacy-release', 'e')).toBeUndefined();
    const raised = await releaseOf(settings, 'e', cells, OPTIONS, { ...AT, total: 6 });
    expect(raised).toMatchObject({ spent: 5, total: 6 });
  });

  test('draws noise that nobody can foresee', () => {
    const drawn = Array.from({ length: 1_000 }, secret);
    expect(new Set(drawn).size).toBe(1_000);
    expect(drawn.every((value) => value >= 0 && value < 1)).toBe(true);
    const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.05);
  });
});
