import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { measure } from '../../core/evaluation.ts';

describe('measures of probabilities', () => {
  test.each([
    { name: 'a perfect ranking', p: [0.9, 0.8, 0.2, 0.1], y: [1, 1, 0, 0], auc: 1, ap: 1 },
    { name: 'a reversed ranking', p: [0.1, 0.2, 0.8, 0.9], y: [1, 1, 0, 0], auc: 0, ap: (1 / 3 + 2 / 4) / 2 },
    { name: 'all ties', p: [0.5, 0.5, 0.5, 0.5], y: [1, 0, 0, 1], auc: 0.5, ap: 0.5 },
  ])('$name', ({ p, y, auc, ap }) => {
    const found = measure(p, y);
    expect(found.auc).toBeCloseTo(auc);
    expect(found.averagePrecision).toBeCloseTo(ap);
  });

  test('log-loss and Brier of a known case', () => {
    const found = measure([0.8, 0.4], [1, 0]);
    expect(found.logLoss).toBeCloseTo(-(Math.log(0.8) + Math.log(0.6)) / 2);
    expect(found.brier).toBeCloseTo((0.04 + 0.16) / 2);
  });

  test('calibration error is 0 for the true share and the gap for a shifted one', () => {
    const y = Array.from({ length: 1_000 }, (_, index) => (index % 4 === 0 ? 1 : 0));
    expect(
      measure(
        y.map(() => 0.25),
        y,
      ).ece,
    ).toBeCloseTo(0);
    expect(
      measure(
        y.map(() => 0.35),
        y,
      ).ece,
    ).toBeCloseTo(0.1);
  });

  test('lift of the top tenth', () => {
    const y = Array.from({ length: 100 }, (_, index) => (index < 10 ? 1 : 0));
    expect(
      measure(
        y.map((_, index) => 1 - index / 100),
        y,
      ).lift10,
    ).toBeCloseTo(10);
  });

  test('AUC equals the share of pairs ranked rightly', () => {
    const pair = fc.tuple(fc.integer({ min: 0, max: 5 }), fc.constantFrom(0, 1));
    fc.assert(
      fc.property(fc.array(pair, { minLength: 2, maxLength: 40 }), (rows) => {
        const positives = rows.filter(([, y]) => y === 1);
        const negatives = rows.filter(([, y]) => y === 0);
        fc.pre(positives.length > 0 && negatives.length > 0);
        let wins = 0;
        for (const [a] of positives) for (const [b] of negatives) wins += a > b ? 1 : a === b ? 0.5 : 0;
        const found = measure(
          rows.map(([p]) => p / 5),
          rows.map(([, y]) => y),
        );
        expect(found.auc).toBeCloseTo(wins / (positives.length * negatives.length));
      }),
    );
  });
});
