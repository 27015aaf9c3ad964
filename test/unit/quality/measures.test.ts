import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { measure } from '../../../core/evaluation.ts';
import {
  alarmOf,
  bandsOf,
  chanceInterval,
  measuresOf,
  reliabilityOf,
  totalOf,
} from '../../../core/quality/measures.ts';
import { addOutcomes, createOutcomeTally, type OutcomeSums } from '../../../core/quality/sums.ts';
import { BANDS, type Band } from '../../../core/scores.ts';
import { createRandom } from '../../../core/simulation/random.ts';

interface Case {
  p: number;
  band: Band;
  bought: boolean;
}

function sumsOf(cases: readonly Case[]): OutcomeSums {
  const tally = createOutcomeTally();
  for (const { p, band, bought } of cases) tally.add(p, band, bought);
  return tally.sums();
}

const exact = (cases: readonly Case[]) =>
  measure(
    cases.map(({ p }) => p),
    cases.map(({ bought }) => (bought ? 1 : 0)),
  );

/** Users who buy with their probability, and by `tilt` more often. */
function shop(users: number, seed: number, tilt = 1): Case[] {
  const random = createRandom(seed);
  return Array.from({ length: users }, () => {
    const p = random.next() ** 3 / 2;
    return { p, band: BANDS[p > 0.2 ? 0 : p > 0.1 ? 1 : p > 0.03 ? 2 : 3]!, bought: random.chance(p * tilt) };
  });
}

const anyCase: fc.Arbitrary<Case> = fc.record({
  p: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 1)),
  band: fc.constantFrom(...BANDS),
  bought: fc.boolean(),
});

describe('sums of outcomes', () => {
  test('of parts add up to those of the whole, in any order', () => {
    fc.assert(
      fc.property(fc.array(anyCase, { maxLength: 60 }), fc.nat(60), (cases, at) => {
        const [a, b] = [sumsOf(cases.slice(0, at)), sumsOf(cases.slice(at))];
        const whole = sumsOf(cases);
        for (const sums of [addOutcomes([a, b]), addOutcomes([b, a])]) {
          expect(sums.cells.map((cell) => cell.slice(0, 4))).toEqual(whole.cells.map((cell) => cell.slice(0, 4)));
          expect(sums.logLoss).toBeCloseTo(whole.logLoss, 9);
          expect(totalOf(sums.cells).expected).toBeCloseTo(totalOf(whole.cells).expected, 9);
        }
      }),
    );
  });

  test('give the exact measures, and ranking and calibration nearly so', () => {
    const cases = shop(20_000, 1);
    const found = measuresOf(sumsOf(cases));
    const all = exact(cases);
    expect(found.n).toBe(20_000);
    expect(found.rate).toBe(all.rate);
    expect(found.logLoss).toBeCloseTo(all.logLoss, 9);
    expect(found.brier).toBeCloseTo(all.brier, 9);
    expect(Math.abs(found.auc! - all.auc)).toBeLessThan(0.003);
    expect(Math.abs(found.ece - all.ece)).toBeLessThan(0.004);
  });

  test('of probabilities 0 and 1 are finite, and without buyers there is no ranking', () => {
    const sums = sumsOf([
      { p: 0, band: 'unlikely', bought: true },
      { p: 1, band: 'now', bought: false },
    ]);
    expect(measuresOf(sums)).toMatchObject({ logLoss: expect.closeTo(-Math.log(1e-6), 6), brier: 1, auc: 0 });
    expect(measuresOf(sumsOf([{ p: 0.3, band: 'now', bought: false }])).auc).toBeNull();
  });
});

describe('reliability', () => {
  test('is of ten groups of about equal mass, by rising probability, whose users add up', () => {
    const cases = shop(5_000, 2);
    const groups = reliabilityOf(sumsOf(cases).cells);
    expect(groups).toHaveLength(10);
    expect(groups.reduce((sum, { n }) => sum + n, 0)).toBe(5_000);
    const predicted = groups.map((group) => group.predicted);
    expect(predicted).toEqual(predicted.toSorted((a, b) => a - b));
    for (const { n } of groups) expect(Math.abs(n - 500)).toBeLessThan(320);
    for (const { actual, low95, high95 } of groups) {
      expect(low95).toBeLessThanOrEqual(actual);
      expect(high95).toBeGreaterThanOrEqual(actual);
    }
  });

  test('of calibrated forecasts holds the forecast in most intervals; of others it does not', () => {
    const inside = (cases: Case[]) =>
      reliabilityOf(sumsOf(cases).cells).filter(
        ({ predicted, low95, high95 }) => predicted >= low95 && predicted <= high95,
      ).length;
    expect(inside(shop(20_000, 3))).toBeGreaterThanOrEqual(9);
    expect(inside(shop(20_000, 3, 0.6))).toBeLessThanOrEqual(5);
  });

  test('is less sure where the same outcomes were counted several times', () => {
    const { cells } = sumsOf(shop(1_000, 4));
    const width = (overlap: number) => reliabilityOf(cells, overlap).map(({ low95, high95 }) => high95 - low95);
    for (const [group, wide] of width(7).entries()) expect(wide).toBeGreaterThan(width(1)[group]!);
    const [once, often] = [bandsOf(cells), bandsOf(cells, 7)];
    for (const [i, band] of often.entries())
      if (once[i]!.high95 > 2) expect(band.high95).toBeGreaterThan(once[i]!.high95);
  });
});

describe('the interval of buyers', () => {
  test('holds what independent users with these probabilities do, as often as it says', () => {
    const random = createRandom(5);
    const probabilities = Array.from({ length: 300 }, () => random.next() ** 3 / 2);
    const cases = probabilities.map((p): Case => ({ p, band: 'now', bought: false }));
    const { low, high } = chanceInterval(totalOf(sumsOf(cases).cells), 0.95);
    const draws = Array.from({ length: 4_000 }, () => probabilities.filter((p) => random.chance(p)).length);
    const share = draws.filter((count) => count >= low && count <= high).length / draws.length;
    expect(share).toBeGreaterThan(0.945);
    expect(share).toBeLessThan(0.98);
  });

  test('raises an alarm beyond chance and beyond a tenth, and not for either alone', () => {
    const buyers = (users: number, share: number) =>
      Array.from({ length: users }, (_, user): Case => ({ p: 0.2, band: 'now', bought: user < users * share }));
    const value = (users: number, share: number) => alarmOf(sumsOf(buyers(users, share)).cells).value;
    expect(value(1_000, 0.2)).toBe(false);
    expect(value(1_000, 0.3)).toBe(true);
    expect(value(1_000, 0.1)).toBe(true);
    // A tenth more of few is chance; a twentieth more of very many is not, but no alarm either.
    expect(value(50, 0.26)).toBe(false);
    expect(value(100_000, 0.21)).toBe(false);
    expect(value(100_000, 0.225)).toBe(true);
  });
});
