import { CAUSES } from '../../../core/simulation/causes.ts';
import { drawShop, SHOP_KINDS, SURVIVAL_EDGES, simulateUsers, truthOf } from '../../../core/simulation/index.ts';
import { simulateForTraining } from '../../../core/simulation/training.ts';
import { tinyShop } from '../../support/tiny-shop.ts';

const DAY = 86_400_000;

describe.each(['demo', ...SHOP_KINDS] as const)('a simulated %s shop', (kind) => {
  const shop = drawShop(21, { kind, users: 60, days: 100, start: '2026-01-05' });
  const users = [...simulateUsers(shop)];

  it('has the users and days asked for, each user with time-ordered actions of tracked types', () => {
    expect(users).toHaveLength(60);
    expect(new Set(users.map(({ id }) => id)).size).toBe(60);
    for (const { actions } of users) {
      expect(actions.length).toBeGreaterThan(0);
      for (const [i, { type, at }] of actions.entries()) {
        expect(shop.tracked.has(type)).toBe(true);
        expect(at).toBeGreaterThanOrEqual(shop.start * DAY);
        expect(at).toBeLessThan((shop.start + shop.days) * DAY);
        expect(at).toBeGreaterThanOrEqual(actions[i - 1]?.at ?? 0);
      }
    }
  });

  it('gives purchases a category, money, units and a cause, and nothing else a cause', () => {
    const names = new Set(shop.categories.map(({ name }) => name));
    for (const action of users.flatMap(({ actions }) => actions)) {
      if (action.type !== 'purchase') {
        expect(action.cause).toBeUndefined();
        continue;
      }
      expect(names.has(action.category)).toBe(true);
      expect(action.value).toBeGreaterThanOrEqual(0);
      expect(action.quantity).toBeGreaterThanOrEqual(1);
      expect(CAUSES).toContain(action.cause);
    }
  });

  it('is the same every time, whatever the number of users', () => {
    const fewer = drawShop(21, { kind, users: 20, days: 100, start: '2026-01-05' });
    expect([...simulateUsers(fewer)]).toEqual(users.slice(0, 20));
  });
});

describe('the family of shops', () => {
  const shops = Array.from({ length: 150 }, (_, seed) => drawShop(seed, { users: 10 }));

  it('holds every kind, purchase-only and browsing logs, day and second resolution, closed weekdays', () => {
    expect(new Set(shops.map(({ kind }) => kind))).toEqual(new Set(SHOP_KINDS));
    const count = (test: (shop: (typeof shops)[number]) => boolean) => shops.filter(test).length;
    expect(count(({ tracked }) => !tracked.has('view'))).toBeGreaterThan(30);
    expect(count(({ tracked }) => tracked.has('view'))).toBeGreaterThan(50);
    expect(count(({ resolution }) => resolution === 'day')).toBeGreaterThan(30);
    expect(count(({ resolution }) => resolution === 'second')).toBeGreaterThan(30);
    expect(count(({ types }) => types.every(({ buyByWeekday }) => buyByWeekday.includes(0)))).toBeGreaterThan(10);
    expect(Math.min(...shops.map(({ days }) => days))).toBeLessThan(45);
    expect(count(({ arrivals }) => arrivals.at(-1) === 0)).toBeGreaterThan(5);
    expect(Math.max(...shops.map(({ days }) => days))).toBeGreaterThan(500);
  });

  it('has shops that follow the users of their first weeks only', () => {
    const cohort = shops.find(({ arrivals }) => arrivals.at(-1) === 0)!;
    const entered = [...simulateUsers({ ...cohort, users: 200 })].map(
      ({ actions }) => actions[0]!.at / DAY - cohort.start,
    );
    expect(Math.max(...entered)).toBeLessThan(Math.max(15, 0.36 * cohort.days));
  });

  it('sells nothing on a weekday on which every type finds it closed', () => {
    const shop = shops.find(({ types }) => types.every(({ buyByWeekday }) => buyByWeekday[0] === 0))!;
    const purchases = [...simulateUsers({ ...shop, users: 100 })]
      .flatMap(({ actions }) => actions)
      .filter(({ type }) => type === 'purchase');
    expect(purchases.length).toBeGreaterThan(50);
    expect(purchases.filter(({ at }) => new Date(at).getUTCDay() === 0)).toEqual([]);
  });
});

describe('the cause of a purchase', () => {
  it('is a promotion only while one runs', () => {
    const shop = tinyShop({ users: 3000 });
    for (const { actions } of simulateUsers(shop)) {
      for (const { cause, at } of actions) {
        // A wanting that a promotion began may end in a purchase after it, not before.
        if (cause === 'promotion') expect(at / DAY - shop.start).toBeGreaterThanOrEqual(3);
      }
    }
  });

  it('is the arrival for a new user who comes wanting', () => {
    const shop = tinyShop({ users: 500, established: 0, tracked: new Set(['purchase']), promotions: [] });
    const first = [...simulateUsers(shop)].map(({ actions }) => actions[0]!.cause);
    expect(new Set(first)).toEqual(new Set(['arrival', 'impulse']));
  });
});

describe('training data of a shop', () => {
  const { shop, users } = simulateForTraining(8, { users: 40, days: 120, queriesPerUser: 5, activeDays: 90 });

  it('asks only mornings after the first action, in the log, within 90 days of the last action', () => {
    expect(users.some(({ queries }) => queries.length === 5)).toBe(true);
    for (const { actions, queries, eligibleDays } of users) {
      expect(queries.length).toBe(Math.min(5, eligibleDays));
      for (const { day } of queries) {
        const past = actions.filter(({ at }) => at < day * DAY);
        expect(past.length).toBeGreaterThan(0);
        expect(day - Math.floor(past.at(-1)!.at / DAY)).toBeLessThanOrEqual(90);
        expect(day).toBeLessThan(shop.start + shop.days);
      }
    }
  });

  it('asks a shop about at most 48 mornings, and only its first users where told so', () => {
    const some = simulateForTraining(8, { users: 40, days: 120, asked: 10 }).users;
    expect(some).toHaveLength(40);
    expect(some.findLastIndex(({ queries }) => queries.length > 0)).toBeLessThan(10);
    expect(new Set(users.flatMap(({ queries }) => queries.map(({ day }) => day))).size).toBeLessThanOrEqual(48);
  });

  it('carries the truth of each morning', () => {
    for (const user of users) {
      const truths = truthOf(
        shop,
        user,
        user.queries.map(({ day }) => day),
      );
      for (const [i, { survival }] of user.queries.entries()) {
        expect(survival).toHaveLength(SURVIVAL_EDGES.length);
        for (const [edge, value] of survival.entries()) expect(value).toBeCloseTo(truths[i]!.survival[edge]!, 5);
      }
    }
  });
});
