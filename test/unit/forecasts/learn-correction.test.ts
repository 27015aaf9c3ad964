import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type CorrectionCase, learnCorrection, WEEKS } from '../../../core/learn-correction.ts';
import { solve } from '../../../core/linear.ts';
import { HORIZONS } from '../../../core/model/contract.ts';
import { createRandom } from '../../../core/simulation/random.ts';

const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));

/**
 * Cases of users whose true probabilities are σ(intercept + slope · logit p) of the ones that were given.
 * @param level what the logits of an origin have on top
 */
function casesOf(
  seed: number,
  users: number,
  truth: { intercept: number; slope: number },
  level: (weeksAgo: number) => number = () => 0,
): CorrectionCase[] {
  const random = createRandom(seed);
  const cases: CorrectionCase[] = [];
  for (let weeksAgo = 1; weeksAgo <= WEEKS; weeksAgo++) {
    const shock = level(weeksAgo);
    for (let user = 0; user < users; user++) {
      const daily = Math.exp(-4 + random.normal());
      const probability = HORIZONS.map((days) => -Math.expm1(-daily * days));
      const u = random.next();
      const outcome = probability.map((p, h): 0 | 1 | null => {
        if (HORIZONS[h]! > 7 * weeksAgo) return null;
        const logit = Math.log(p / (1 - p));
        return u < sigmoid(truth.intercept + shock + truth.slope * logit) ? 1 : 0;
      });
      cases.push({ user, weeksAgo, probability, outcome });
    }
  }
  return cases;
}

describe('a correction', () => {
  test('is found where forecasts are off, and predicts users held out better', () => {
    const { horizons, evidence } = learnCorrection(casesOf(1, 300, { intercept: -0.6, slope: 0.8 }));
    expect(evidence.reason).toBeNull();
    expect(horizons.map(({ days }) => days)).toEqual([...HORIZONS]);
    for (const { slope, intercept, days } of horizons.filter((each) => each.days >= 3)) {
      // At the usual probability of the horizon, where the evidence is.
      const z = Math.log(Math.expm1(0.018 * days));
      expect(intercept + slope * z).toBeCloseTo(-0.6 + 0.8 * z, 0);
      expect(Math.abs(intercept + slope * z - (-0.6 + 0.8 * z))).toBeLessThan(0.2);
    }
    // Of 1 and 3 days what was drawn is near what was said.
    for (const { before, after } of evidence.horizons.slice(2)) expect(after).toBeLessThan(before);
  });

  test('stays near the identity where forecasts are right', () => {
    const { horizons } = learnCorrection(casesOf(2, 300, { intercept: 0, slope: 1 }));
    for (const { slope, intercept } of horizons) {
      expect(Math.abs(slope - 1)).toBeLessThan(0.15);
      expect(Math.abs(intercept)).toBeLessThan(0.4);
    }
  });

  test('is off while too few bought', () => {
    const { horizons, evidence } = learnCorrection(casesOf(3, 2, { intercept: -0.6, slope: 0.8 }));
    expect(horizons).toEqual([]);
    expect(evidence.reason).toMatch(/fewer than 10/);
    for (const { before, after } of evidence.horizons) expect(after).toBe(before);
  });

  test('is off without any case', () => {
    expect(learnCorrection([])).toEqual({
      horizons: [],
      evidence: { users: 0, horizons: [], reason: expect.any(String) },
    });
  });

  /** What it does to the logit of 7 days at a usual probability. */
  const shiftOf = (cases: CorrectionCase[]) => {
    const { slope, intercept } = learnCorrection(cases).horizons.find(({ days }) => days === 7) ?? {
      slope: 1,
      intercept: 0,
    };
    return intercept + (slope - 1) * -2;
  };

  test('follows the newest weeks more than those before', () => {
    const where = (low: (weeksAgo: number) => boolean) =>
      shiftOf(casesOf(4, 300, { intercept: 0, slope: 1 }, (weeksAgo) => (low(weeksAgo) ? -0.8 : 0)));
    const newest = where((weeksAgo) => weeksAgo <= 4);
    expect(newest).toBeLessThan(-0.4);
    expect(newest).toBeLessThan(where((weeksAgo) => weeksAgo > 4) - 0.1);
  });

  test('does not follow one great week', () => {
    const great = shiftOf(casesOf(4, 300, { intercept: 0, slope: 1 }, (weeksAgo) => (weeksAgo === 4 ? 1 : 0)));
    expect(Math.abs(great)).toBeLessThan(0.25);
  });

  test('is finite whatever the probabilities and outcomes are', () => {
    const outcome = fc.constantFrom<0 | 1 | null>(0, 1, null);
    const one = fc.record({
      user: fc.integer({ min: 0, max: 40 }),
      weeksAgo: fc.integer({ min: 1, max: WEEKS }),
      probability: fc.array(fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 1)), {
        minLength: 5,
        maxLength: 5,
      }),
      outcome: fc.array(outcome, { minLength: 5, maxLength: 5 }),
    });
    fc.assert(
      fc.property(fc.array(one, { minLength: 300, maxLength: 400 }), (cases) => {
        const { horizons } = learnCorrection(cases);
        for (const { slope, intercept } of horizons) expect([slope, intercept].every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 10 },
    );
  });
});

test('a system of equations is solved', () => {
  const entry = fc.double({ min: -3, max: 3, noNaN: true });
  fc.assert(
    fc.property(fc.array(fc.array(entry, { minLength: 4, maxLength: 4 }), { minLength: 4, maxLength: 4 }), (rows) => {
      // MᵀM + I is positive definite.
      const matrix = rows.map((_, i) =>
        Float64Array.from(rows, (__, j) => rows.reduce((sum, row) => sum + row[i]! * row[j]!, i === j ? 1 : 0)),
      );
      const x = solve(matrix, Float64Array.from([1, -2, 3, 0]));
      const back = matrix.map((row) => row.reduce((sum, value, j) => sum + value * x[j]!, 0));
      for (const [i, value] of [1, -2, 3, 0].entries()) expect(back[i]).toBeCloseTo(value, 6);
    }),
  );
  expect(() => solve([Float64Array.of(-1)], Float64Array.of(1))).toThrow(RangeError);
});
