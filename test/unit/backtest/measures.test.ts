import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { pairedDifferences } from '../../../core/backtest/bootstrap.ts';
import { chanceCalibrationError, compare, gains, tenths } from '../../../core/backtest/evidence.ts';
import { MEASURES, rank, weightedMeasures } from '../../../core/backtest/weighted.ts';
import { measure } from '../../../core/evaluation.ts';
import { createRandom } from '../../../core/simulation/random.ts';

const rows = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.constantFrom(0, 1), fc.integer({ min: 0, max: 3 })), {
    minLength: 4,
    maxLength: 60,
  })
  .filter((list) => [0, 1].every((y) => list.some(([, label, weight]) => label === y && weight > 0)));

describe('weighted measures', () => {
  test('with equal weights are the measures', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const p = list.map(([score]) => score / 20);
        const y = list.map(([, label]) => label);
        const expected = measure(p, y);
        const found = weightedMeasures(
          rank(p, y),
          p.map(() => 1),
        );
        for (const [i, name] of MEASURES.entries()) expect(found[i]).toBeCloseTo(expected[name], 9);
      }),
    );
  });

  test('a weight is as many rows', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const repeated = list.flatMap(([score, label, weight]) => new Array(weight).fill([score / 20, label]));
        const expected = measure(
          repeated.map(([p]) => p),
          repeated.map(([, y]) => y),
        );
        const ranked = rank(
          list.map(([score]) => score / 20),
          list.map(([, label]) => label),
        );
        const found = weightedMeasures(
          ranked,
          list.map(([, , weight]) => weight),
        );
        // Where bins end inside of a tie or of a heavy row, calibration and lift depend on its order.
        for (const name of ['auc', 'averagePrecision', 'logLoss', 'brier'] as const)
          expect(found[MEASURES.indexOf(name)]).toBeCloseTo(expected[name], 9);
      }),
    );
  });
});

describe('the paired bootstrap', () => {
  const random = createRandom(5);
  const users = 200;
  const user = Array.from({ length: users * 4 }, (_, row) => row % users);
  const truth = user.map(() => random.between(0.02, 0.6));
  const labels = truth.map((p) => (random.chance(p) ? 1 : 0));
  const judged = (other: number[]) => [
    {
      horizon: 7,
      user,
      labels,
      probabilities: new Map([
        ['ours', truth],
        ['other', other],
      ]),
    },
  ];

  test('finds the better of two models', () => {
    const { differences } = pairedDifferences(judged(truth.map(() => 0.31)), 'ours', users);
    const loss = differences.find(({ measure, horizon }) => measure === 'logLoss' && horizon === 7)!;
    expect(loss.difference).toBeLessThan(0);
    expect(loss.high).toBeLessThan(0);
    expect(loss.low).toBeLessThan(loss.difference);
    const auc = differences.find(({ measure, horizon }) => measure === 'auc' && horizon === 'mean')!;
    expect(auc.low).toBeGreaterThan(0);
  });

  test('a model against itself differs by nothing', () => {
    const { differences } = pairedDifferences(judged(truth), 'ours', users);
    for (const { difference, low, high } of differences) expect([difference, low, high]).toEqual([0, 0, 0]);
  });

  test('rows of one user stand or fall together: copies of every row make nothing surer', () => {
    const blurred = truth.map((p) => 0.5 * p + 0.1);
    const [once] = judged(blurred);
    const twice = {
      horizon: 7,
      user: [...user, ...user],
      labels: [...labels, ...labels],
      probabilities: new Map([...once!.probabilities].map(([name, p]) => [name, [...p, ...p]])),
    };
    const width = (one: typeof twice) => {
      const found = pairedDifferences([one], 'ours', users).differences.find(({ measure }) => measure === 'logLoss')!;
      return found.high - found.low;
    };
    expect(width(twice) / width(once as typeof twice)).toBeCloseTo(1, 6);
  });
});

describe('evidence', () => {
  test('tenths hold every row once, by rising probability', () => {
    const p = Array.from({ length: 57 }, (_, row) => ((row * 37) % 57) / 57);
    const groups = tenths(
      p,
      p.map(() => 1),
    );
    expect(groups.reduce((sum, { n }) => sum + n, 0)).toBe(57);
    expect(groups.every(({ said }, i) => i === 0 || said > groups[i - 1]!.said)).toBe(true);
  });

  test('the interval of a share holds it', () => {
    expect(compare([0.5, 0.5], [0, 1], [0, 1])).toMatchObject({ n: 2, said: 0.5, happened: 0.5 });
    const none = compare([0.1, 0.1, 0.1], [0, 0, 0], [0, 1, 2]);
    expect(none.low).toBe(0);
    expect(none.high).toBeGreaterThan(0.3);
  });

  test('gains go from nobody to everybody, and a perfect ranking is steep', () => {
    const y = Array.from({ length: 100 }, (_, row) => (row < 10 ? 1 : 0));
    const curve = gains(
      y.map((_, row) => 1 - row / 100),
      y,
    );
    expect(curve[0]).toBe(0);
    expect(curve[5]).toBe(1);
    expect(curve.at(-1)).toBe(1);
  });

  test('a model that is right stays within what chance gives, one that is not does not', () => {
    const random = createRandom(11);
    const p = Array.from({ length: 3_000 }, () => random.between(0, 0.5));
    const y = p.map((one) => (random.chance(one) ? 1 : 0));
    expect(measure(p, y).ece).toBeLessThan(chanceCalibrationError(p));
    const high = p.map((one) => Math.min(1, one + 0.1));
    expect(measure(high, y).ece).toBeGreaterThan(chanceCalibrationError(high));
  });
});
