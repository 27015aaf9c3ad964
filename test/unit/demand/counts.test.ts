import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { countQuantiles, normalQuantile } from '../../../core/demand/counts.ts';
import { errorsOf, NOTHING, USUAL_ERRORS } from '../../../core/demand/errors.ts';
import { dayCount, daysCount, errorOver, intervalOf } from '../../../core/demand/intervals.ts';
import { createRandom } from '../../../core/simulation/random.ts';

/** The law of the number of those who buy, by adding one user after another. */
function lawOf(probabilities: readonly number[]): number[] {
  let law = [1];
  for (const p of probabilities) {
    const next = new Array(law.length + 1).fill(0);
    for (const [k, mass] of law.entries()) {
      next[k] += mass * (1 - p);
      next[k + 1] += mass * p;
    }
    law = next;
  }
  return law;
}

/** Most users are unlikely to buy on a day. */
const users = fc.array(fc.double({ min: 0, max: 0.6, noNaN: true }), { minLength: 1, maxLength: 120 });
const sumOf = (list: readonly number[]) => list.reduce((sum, value) => sum + value, 0);

describe('quantiles of a count', () => {
  test('hold their share of the exact law of independent users, and hardly more', () => {
    fc.assert(
      fc.property(users, fc.constantFrom(0.1, 0.5, 0.8, 0.9, 0.95, 0.975), (p, share) => {
        const mean = sumOf(p);
        const [k] = countQuantiles({ mean, variance: sumOf(p.map((one) => one * (1 - one))) }, [share]) as [number];
        const law = lawOf(p);
        const upTo = (last: number) => sumOf(law.slice(0, Math.max(0, last + 1)));
        expect(upTo(k)).toBeGreaterThan(share - 0.05);
        expect(upTo(k - 1)).toBeLessThan(share + 0.05);
      }),
    );
  });

  test.each([
    // Poisson of 3: P(N ≤ 1) = .199, P(N ≤ 5) = .916.
    [{ mean: 3, variance: 3 }, [0.1, 0.9], [1, 5]],
    // Negative binomial, mean 10 and variance 35: n = 4, p = 2/7.
    [{ mean: 10, variance: 35 }, [0.025, 0.1, 0.9, 0.975], [1, 3, 18, 24]],
    // Binomial of 20 and 0.5.
    [{ mean: 10, variance: 5 }, [0.025, 0.1, 0.9, 0.975], [6, 7, 13, 14]],
    [{ mean: 0, variance: 0 }, [0.1, 0.9], [0, 0]],
    // Everyone buys for sure.
    [{ mean: 7, variance: 0 }, [0.1, 0.9], [7, 7]],
  ])('of %j at %j are %j', (count, shares, quantiles) => {
    expect(countQuantiles(count, shares)).toEqual(quantiles);
  });

  test('never fall with the share, and go on smoothly where the law is rounded from a gamma', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 5_000, noNaN: true }),
        fc.double({ min: 0, max: 1e5, noNaN: true }),
        (mean, variance) => {
          const quantiles = countQuantiles({ mean, variance }, [0.025, 0.1, 0.5, 0.9, 0.975]);
          expect(quantiles).toEqual([...quantiles].sort((a, b) => a - b));
        },
      ),
    );
    for (const spread of [0.9, 1, 5, 40]) {
      const at = (mean: number) => countQuantiles({ mean, variance: mean * spread }, [0.1, 0.9]);
      const [below, above] = [at(399.9), at(400.1)] as [number[], number[]];
      for (const i of [0, 1]) expect(Math.abs(below[i]! - above[i]!)).toBeLessThanOrEqual(2);
    }
  });

  test('of the normal distribution are those of the tables', () => {
    for (const [share, z] of [
      [0.5, 0],
      [0.9, 1.2815515655],
      [0.975, 1.9599639845],
      [0.001, -3.0902323062],
    ] as const)
      expect(normalQuantile(share)).toBeCloseTo(z, 7);
  });
});

describe('intervals', () => {
  /** Days of a simulated shop: each user buys or not, on days that are better or worse for all by `error`. */
  function simulate(error: number, days: number, seed: number) {
    const random = createRandom(seed, 7);
    const p = Array.from({ length: 300 }, () => 0.02 + 0.2 * random.next() ** 3);
    const mean = sumOf(p);
    const variance = sumOf(p.map((one) => one * (1 - one)));
    const actual = Array.from({ length: days }, () => {
      const day = Math.max(0, 1 + Math.sqrt(error) * normalQuantile(Math.min(1 - 1e-9, Math.max(1e-9, random.next()))));
      return p.reduce((sum, one) => sum + (random.next() < Math.min(1, one * day) ? 1 : 0), 0);
    });
    return { mean, variance, actual };
  }

  test.each([[0], [0.02], [0.06]])('of a shop whose days err by %d hold what they promise', (error) => {
    const { mean, variance, actual } = simulate(error, 3_000, 3);
    const series = { mean: [mean], variance: [variance], error: 0 };
    const { low80, high80, low95, high95 } = intervalOf(dayCount(series, { day: error, lasting: 0, category: 0 }, 0));
    const held = (low: number, high: number) => actual.filter((n) => n >= low && n <= high).length / actual.length;
    expect(held(low80, high80)).toBeGreaterThan(0.78);
    expect(held(low80, high80)).toBeLessThan(0.87);
    expect(held(low95, high95)).toBeGreaterThan(0.94);
    expect(held(low95, high95)).toBeLessThan(0.98);
  });

  test.each([[0.005], [0.08]])('learn from many past days that a shop errs by %d', (error) => {
    const { mean, variance, actual } = simulate(error, 2_000, 5);
    const days = actual.map((n) => ({ expected: mean, variance, actual: n }));
    const { day, lasting } = errorsOf([{ days, distinct: days.length }], NOTHING, NOTHING);
    expect(Math.abs(day + lasting - Math.max(error, lasting))).toBeLessThan(0.25 * error + 0.003);
  });

  test.each([
    [0.01, 0.05],
    [0.06, 0.005],
  ])('learn from many past weeks what is a day’s own (%d) and what lasts (%d)', (day, lasting) => {
    const random = createRandom(9);
    const [expected, variance] = [400, 380];
    const factor = (error: number) => 1 + Math.sqrt(error) * random.normal();
    const weeks = Array.from({ length: 2_000 }, () => {
      const level = factor(lasting);
      const actual = Array.from(
        { length: 7 },
        () => expected * (level + factor(day) - 1) + Math.sqrt(variance) * random.normal(),
      );
      return actual.map((n) => ({ expected, variance, actual: n }));
    });
    const days = weeks.flat();
    const together = weeks.map((week) => ({
      ...{ expected: 7 * expected, variance: 7 * variance },
      actual: sumOf(week.map(({ actual }) => actual)),
    }));
    const learned = errorsOf([{ days, distinct: days.length }], { days: together, distinct: together.length }, NOTHING);
    expect(learned.day).toBeCloseTo(day, 2);
    expect(learned.lasting).toBeCloseTo(lasting, 2);
  });

  test('are as shops usually need them while a shop has no past, or one that tells nothing', () => {
    expect(errorsOf([NOTHING], NOTHING, NOTHING)).toEqual(USUAL_ERRORS);
    const empty = { days: [{ expected: 0, variance: 0, actual: 3 }], distinct: 1 };
    expect(errorsOf([empty], empty, empty)).toEqual(USUAL_ERRORS);
  });

  test('of days together keep what lasts whole and a part of what does not', () => {
    const series = { mean: [10, 10, 10, 10], variance: [9, 9, 9, 9], error: 0.01 };
    const errors = { day: 0.04, lasting: 0.02, category: 0 };
    expect(dayCount(series, errors, 0)).toEqual({ mean: 10, variance: expect.closeTo(9 + 0.07 * 100) });
    expect(daysCount(series, errors, 4)).toEqual({ mean: 40, variance: expect.closeTo(36 + 0.03 * 1600 + 0.04 * 400) });
    expect(errorOver(errors, 4)).toBeCloseTo(0.03);
  });
});
