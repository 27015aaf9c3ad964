import { describe, expect, test } from '@jest/globals';
import type { ModelResult } from '../../../core/backtest/judge.ts';
import { inWords } from '../../../core/backtest/verdict.ts';

const result = (ece: number) =>
  ({ model: 'buy-timing', seed: 'all', horizon: 7, ece, eceLimit: 0.02 }) as unknown as ModelResult;
const against = (name: string, low: number, high: number) => ({
  against: name,
  horizon: 'mean' as const,
  measure: 'logLoss' as const,
  difference: (low + high) / 2,
  low,
  high,
});

describe('the verdict', () => {
  test.each([
    [
      'a win',
      [against('logistic', -0.02, -0.01)],
      0.01,
      /predicted better than logistic regression .*happened about as often/,
    ],
    ['no difference', [against('logistic', -0.02, 0.01)], 0.01, /was level with logistic regression/],
    [
      'a loss',
      [against('lightgbm', 0.01, 0.02)],
      0.01,
      /predicted worse than gradient boosting .*use gradient boosting/,
    ],
    [
      'a mix',
      [against('recency', -2, -1), against('bgnbd', 1, 2)],
      0.01,
      /better than recency alone and predicted worse than BG\/NBD/,
    ],
    [
      'wrong probabilities',
      [against('logistic', -0.02, -0.01)],
      0.05,
      /off by more than chance explains \(by 5\.0 points/,
    ],
    ['nothing to compare with', [], 0.01, /judged alone/],
  ])('says %s', (_, paired, ece, expected) => {
    expect(inWords([result(ece)], paired)).toMatch(expected);
  });
});
