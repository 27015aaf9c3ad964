import fc from 'fast-check';
import {
  drawShop,
  SHOP_KINDS,
  type Shop,
  type SimulatedUser,
  SURVIVAL_EDGES,
  simulateUsers,
  truthOf,
} from '../../../core/simulation/index.ts';
import { blankChance, machineOf } from '../../../core/simulation/machine.ts';
import { createRandom } from '../../../core/simulation/random.ts';
import { activeMornings } from '../../../core/simulation/training.ts';
import { tinyShop } from '../../support/tiny-shop.ts';

const DAY = 86_400_000;

const dayOf = (shop: Shop, at: number) => at / DAY - shop.start;

/**
 * Truth by brute force for a purchases-only shop of new users: sums over every hidden path through the chains' own
 * definition, with none of the product's passes.
 */
function enumerated(shop: Shop, first: number, bought: boolean[], horizon: number): number {
  let seen = 0;
  let without = 0;
  const factor = (type: number, day: number) => {
    const running = shop.promotions.some(({ from, days }) => day >= from && day < from + days);
    return running ? 1.5 ** shop.types[type]!.promotion : 1;
  };
  for (const chain of shop.chains) {
    const { type } = chain;
    const buys = (s: number, day: number) =>
      1 - Math.exp(-chain.states[s]!.buy * shop.types[type]!.buyByWeekday[(day + 1) % 7]! * factor(type, day));
    const walk = (s: number, day: number, chance: number): void => {
      const asked = day - first >= bought.length;
      if (asked && day - first === bought.length + horizon) {
        without += chance;
        return;
      }
      if (asked && day - first === bought.length) seen += chance;
      const buying = !asked && bought[day - first]!;
      const p = buys(s, day);
      // The first day shows something by definition, which here is a purchase.
      const weight = day === first ? chance : chance * (buying ? p : 1 - p);
      if (buying) {
        for (const [to, share] of chain.afterPurchase[s]!.entries()) if (share > 0) walk(to, day + 1, weight * share);
        return;
      }
      const out = chain.moves.filter((move) => move.from === s);
      const rates = out.map((move) => move.rate * (move.appetite ? factor(type, day + 1) : 1));
      const total = rates.reduce((sum, rate) => sum + rate, 0);
      walk(s, day + 1, weight * Math.exp(-total));
      for (const [i, move] of out.entries()) {
        walk(move.to, day + 1, (weight * (1 - Math.exp(-total)) * rates[i]!) / total);
      }
    };
    for (const [s, share] of chain.initial.entries()) if (share > 0) walk(s, first, chain.weight * share);
  }
  return without / seen;
}

function purchasesOn(shop: Shop, days: number[]): SimulatedUser {
  const actions = days.map((day) => ({ type: 'purchase' as const, category: 'a', at: (shop.start + day) * DAY }));
  return { id: 'u', actions };
}

describe('the truth of a simulated shop', () => {
  it.each([
    [[true, false, false], 1],
    [[true, false, true, false], 3],
    [[true, true, false], 7],
  ])('equals the sum over every hidden path after %j, %i days ahead', (bought, horizon) => {
    const base = tinyShop();
    const shop = tinyShop({
      tracked: new Set(['purchase']),
      established: 0,
      categories: [{ name: 'a', share: 1, price: 1 }],
      chains: base.chains.map((chain) => ({ ...chain, lines: 1 })),
    });
    const first = 1;
    const days = bought.flatMap((b, i) => (b ? [first + i] : []));
    const [truth] = truthOf(shop, purchasesOn(shop, days), [shop.start + first + bought.length]);
    expect(truth!.survival[horizon - 1]).toBeCloseTo(enumerated(shop, first, bought, horizon), 6);
  });

  it('is the share of simulated users with the same visible past who then buy', () => {
    const shop = tinyShop({ users: 120_000, tracked: new Set(['purchase', 'cart']), days: 7 });
    const asked = 4;
    const groups = new Map<string, { users: number; bought: number; p: number }>();
    for (const user of simulateUsers(shop)) {
      const past = user.actions.filter(({ at }) => dayOf(shop, at) < asked);
      if (past.length === 0 || past.length > 3) continue;
      const key = past
        .map(({ type, category, at }) => `${type}:${category}@${dayOf(shop, at)}`)
        .sort()
        .join(' ');
      const group = groups.get(key) ?? { users: 0, bought: 0, p: 0 };
      groups.set(key, group);
      if (group.users++ === 0) group.p = truthOf(shop, user, [shop.start + asked])[0]!.p[1]!;
      const buys = user.actions.some(
        ({ type, at }) => type === 'purchase' && dayOf(shop, at) >= asked && dayOf(shop, at) < asked + 3,
      );
      if (buys) group.bought++;
    }
    const large = [...groups.values()].filter(({ users }) => users >= 200);
    expect(large.length).toBeGreaterThan(40);
    let chiSquare = 0;
    for (const { users, bought, p } of large) chiSquare += (bought - users * p) ** 2 / (users * p * (1 - p));
    // Mean n and variance 2 n where the truth is exact.
    expect(chiSquare).toBeLessThan(large.length + 4 * Math.sqrt(2 * large.length));
    const spread = large.map(({ p }) => p);
    expect(Math.max(...spread) - Math.min(...spread)).toBeGreaterThan(0.2);
  });

  it('takes coming back to the same category as the sign it is, and no more', () => {
    const base = tinyShop();
    const shop = tinyShop({
      users: 30_000,
      tracked: new Set(['view', 'purchase']),
      categories: ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => ({ name, share: 1 / 6, price: 1 })),
      // Those who want come back to one thing; those who browse look at anything, with as many views as the others.
      chains: base.chains.map((chain) => ({
        ...chain,
        states: chain.states.map((state) => ({ ...state, views: 2, stick: state.name === 'wanting' ? 0.95 : 0.02 })),
      })),
      taste: { novelty: 30, together: 1, afterPurchase: 0.3, focus: 0.95, halfLife: 5 },
    });
    const asked = 4;
    const groups = [false, true].map(() => ({ users: 0, expected: 0, bought: 0, variance: 0 }));
    for (const user of simulateUsers(shop)) {
      const past = user.actions.filter(({ at }) => dayOf(shop, at) < asked);
      const last = past.at(-1);
      const lastDay = past.filter(({ at }) => at === last?.at);
      const before = new Set(past.filter(({ at }) => at < last!.at).map(({ category }) => category));
      if (before.size !== 1 || past.some(({ type }) => type === 'purchase')) continue;
      const group = groups[lastDay.every(({ category }) => before.has(category)) ? 1 : 0]!;
      const p = truthOf(shop, user, [shop.start + asked])[0]!.p[1]!;
      group.users++;
      group.expected += p;
      group.variance += p * (1 - p);
      const buys = ({ type, at }: { type: string; at: number }) =>
        type === 'purchase' && dayOf(shop, at) >= asked && dayOf(shop, at) < asked + 3;
      if (user.actions.some(buys)) group.bought++;
    }
    for (const { expected, bought, variance } of groups) {
      expect(Math.abs(bought - expected)).toBeLessThan(4 * Math.sqrt(variance));
    }
    const [elsewhere, back] = groups.map(({ users, expected }) => expected / users);
    expect(back! - elsewhere!).toBeGreaterThan(0.1);
  });

  it.each(SHOP_KINDS.map((kind, i) => [kind, i] as const))('is calibrated in a random %s shop', (kind, i) => {
    const shop = drawShop(300 + i, { kind, users: 700, days: 150 });
    const random = createRandom(i, 99);
    const sums = [0, 0, 0].map(() => ({ expected: 0, bought: 0, variance: 0 }));
    for (const user of simulateUsers(shop)) {
      const mornings = activeMornings(shop, user, 90).filter((day) => day <= shop.days - 30);
      if (mornings.length === 0) continue;
      const day = shop.start + random.pick(mornings);
      const { p } = truthOf(shop, user, [day])[0]!;
      const next = user.actions.find(({ type, at }) => type === 'purchase' && at >= day * DAY);
      const gap = next ? Math.floor(next.at / DAY) - day : Number.POSITIVE_INFINITY;
      for (const [j, [days, column]] of (
        [
          [1, 0],
          [7, 2],
          [30, 4],
        ] as const
      ).entries()) {
        const chance = p[column]!;
        sums[j]!.expected += chance;
        sums[j]!.bought += gap < days ? 1 : 0;
        sums[j]!.variance += chance * (1 - chance);
      }
    }
    for (const { expected, bought, variance } of sums) {
      expect(Math.abs(bought - expected)).toBeLessThan(4 * Math.sqrt(variance) + 1);
    }
  });

  it('knows nothing of the day asked and what comes after', () => {
    const shop = drawShop(5, { kind: 'browsing', users: 30, days: 90 });
    const users = [...simulateUsers(shop)].filter(({ actions }) => actions.length > 3);
    fc.assert(
      fc.property(fc.constantFrom(...users), fc.double({ min: 0, max: 1, noNaN: true }), (user, share) => {
        const first = Math.floor(user.actions[0]!.at / DAY);
        const day = first + 1 + Math.floor(share * (shop.start + shop.days - first - 1));
        const past = { ...user, actions: user.actions.filter(({ at }) => at < day * DAY) };
        expect(truthOf(shop, past, [day])).toEqual(truthOf(shop, user, [day]));
      }),
    );
  });

  it('falls from edge to edge and gives the horizons from the same curve', () => {
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const shop = drawShop(seed, { users: 5, days: 80 });
      for (const user of simulateUsers(shop)) {
        const first = Math.floor(user.actions[0]!.at / DAY);
        const days = [1, 8, 40].map((d) => first + d).filter((day) => day <= shop.start + shop.days);
        for (const { p, survival } of truthOf(shop, user, days)) {
          expect(survival).toHaveLength(SURVIVAL_EDGES.length);
          for (let i = 1; i < survival.length; i++) expect(survival[i]!).toBeLessThanOrEqual(survival[i - 1]! + 1e-6);
          expect(survival[0]!).toBeLessThanOrEqual(1 + 1e-6);
          expect(survival.at(-1)!).toBeGreaterThanOrEqual(0);
          expect(p[3]).toBeCloseTo(1 - survival[13]!, 6);
        }
      }
    }
  });

  it('refuses days it cannot answer for', () => {
    const shop = tinyShop();
    const user = purchasesOn(shop, [3]);
    for (const days of [[3], [shop.days + 1], [5, 5]]) {
      expect(() =>
        truthOf(
          shop,
          user,
          days.map((day) => shop.start + day),
        ),
      ).toThrow(RangeError);
    }
  });
});

describe('a silent day', () => {
  it('is as likely as no purchase and no trace of browsing', () => {
    const shop = tinyShop();
    const machine = machineOf(shop);
    expect(blankChance(machine, 1)).toBeCloseTo(0.1 * 0.5);
    // A Monday without a promotion: browsing user of the first chain.
    const buy = 1 - Math.exp(-0.03);
    const visit = 1 - Math.exp(-0.5);
    expect(machine.silent[0]).toBeCloseTo((1 - buy) * (1 - visit + visit * 0.1 * 0.9));
  });
});
