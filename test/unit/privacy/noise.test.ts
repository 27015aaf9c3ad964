import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Budget, spend, spentOf } from '../../../core/privacy/budget.ts';
import { discreteLaplace, withNoise } from '../../../core/privacy/noise.ts';
import { createRandom } from '../../../core/simulation/random.ts';

const uniform = (seed: number) => {
  const random = createRandom(seed);
  return () => random.next();
};

/** Shares of drawn values. */
function sharesOf(draw: () => number, draws: number): Map<number, number> {
  const shares = new Map<number, number>();
  for (let i = 0; i < draws; i++) {
    const value = draw();
    shares.set(value, (shares.get(value) ?? 0) + 1 / draws);
  }
  return shares;
}

describe('noise', () => {
  test.each([0.5, 2, 7])('of scale %p is as likely as the discrete Laplace distribution says', (scale) => {
    const draws = 200_000;
    const next = uniform(3);
    const shares = sharesOf(() => discreteLaplace(scale, next), draws);
    const ratio = Math.exp(-1 / scale);
    for (const value of [-8, -3, -1, 0, 1, 2, 5]) {
      const expected = ((1 - ratio) / (1 + ratio)) * ratio ** Math.abs(value);
      expect(Math.abs((shares.get(value) ?? 0) - expected)).toBeLessThan(5 * Math.sqrt(expected / draws) + 1e-5);
    }
  });

  test('makes no answer more than e^ε times likelier with a user than without', () => {
    const draws = 200_000;
    const epsilon = 0.7;
    const options = { epsilon, sensitivity: 1, smallest: 0 };
    const tell = (value: number, seed: number) => {
      const next = uniform(seed);
      return sharesOf(() => withNoise([{ name: 'a', value }], options, next)[0]!.count!, draws);
    };
    const [without, withUser] = [tell(40, 1), tell(41, 2)];
    for (const [count, share] of without) {
      const other = withUser.get(count) ?? 0;
      if (share < 2e-3 || other < 2e-3) continue;
      expect(Math.abs(Math.log(share / other))).toBeLessThan(
        epsilon + 5 * Math.sqrt(1 / (draws * Math.min(share, other))),
      );
    }
  });

  test('counts are whole, never below nought, and small ones are not told', () => {
    const cell = fc.record({ name: fc.string(), value: fc.double({ min: 0, max: 1e6, noNaN: true }) });
    const options = fc.record({
      epsilon: fc.double({ min: 0.01, max: 10, noNaN: true }),
      sensitivity: fc.integer({ min: 1, max: 30 }),
      smallest: fc.integer({ min: 0, max: 100 }),
    });
    fc.assert(
      fc.property(fc.array(cell), options, fc.integer(), (cells, asked, seed) => {
        const told = withNoise(cells, asked, uniform(seed));
        expect(told.map(({ name }) => name)).toEqual(cells.map(({ name }) => name));
        for (const { count } of told) {
          if (count === null) continue;
          expect(Number.isSafeInteger(count)).toBe(true);
          expect(count).toBeGreaterThanOrEqual(asked.smallest);
        }
      }),
    );
  });

  test('grows with what a user adds and shrinks with ε', () => {
    const spread = (sensitivity: number, epsilon: number) => {
      const next = uniform(5);
      const cells = Array.from({ length: 4_000 }, (_, i) => ({ name: String(i), value: 10_000 }));
      const told = withNoise(cells, { epsilon, sensitivity, smallest: 0 }, next);
      return Math.sqrt(told.reduce((sum, { count }) => sum + (count! - 10_000) ** 2, 0) / told.length);
    };
    expect(spread(1, 0.5)).toBeCloseTo(Math.SQRT2 / 0.5, 0);
    expect(spread(7, 0.5) / spread(1, 0.5)).toBeCloseTo(7, 0);
    expect(spread(1, 0.1) / spread(1, 1)).toBeGreaterThan(9);
  });
});

test('a budget is spent by each release and never exceeded', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.1, max: 10, noNaN: true }),
      fc.array(fc.double({ min: 0.01, max: 5, noNaN: true })),
      (total, asked) => {
        let budget: Budget = { total, releases: [] };
        for (const epsilon of asked) budget = spend(budget, { name: 'a', epsilon, at: '' }) ?? budget;
        expect(spentOf(budget)).toBeLessThanOrEqual(total + 1e-6);
        expect(spend(budget, { name: 'b', epsilon: total - spentOf(budget) + 0.01, at: '' })).toBeUndefined();
      },
    ),
  );
});
