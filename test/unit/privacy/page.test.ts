import { expect, test } from '@jest/globals';
import { type Attacked, type Audit, pageOf, verdictOf } from '../../../cli/privacy/page.ts';

function attacked(epsilon: number | null, auc = 0.505, rank = 0.5): Attacked {
  const membership = { auc, low: auc - 0.01, high: auc + 0.01, found: 0.01 };
  const planted = { rank, low: rank - 0.05, high: rank + 0.05, exposure: 1.4 };
  return { trained: 'adapter', epsilon, membership, plantedMembership: membership, planted, users: 100, seconds: 1 };
}

function audit(...results: Attacked[]): Audit {
  const data = { file: '<shop>.csv', users: 100, actions: 1_000, firstDay: '2026-01-01', lastDay: '2026-03-01' };
  const judged = [{ horizon: 30, auc: 0.7773, logLoss: 0.308, ece: 0.0132, expected: 1.03 }];
  const cost = { userDays: 1_000, results: [{ training: '8', seed: 1, judged }] };
  return { data, models: 8, planted: 32, candidates: 255, chanceExposure: 1.44, results, cost };
}

test('says that nothing was found only where nothing was', () => {
  expect(verdictOf(audit(attacked(null, 0.9, 0.01), attacked(8)))).toContain('no better than by chance');
  expect(verdictOf(audit(attacked(8, 0.6)))).toBe('usual private training, ε = 8: members can be told (AUC 0.600).');
  expect(verdictOf(audit(attacked(3, 0.5, 0.1)))).toContain('ε = 3: planted users are known by heart');
});

test('a page shows each attack and each cost, and runs nothing of a file’s name', () => {
  const page = pageOf(audit(attacked(null, 0.9), attacked(8)));
  expect(page).toContain('&#60;shop&#62;.csv');
  expect(page).not.toContain('<shop>');
  expect(page).toContain('90.0 %');
  expect(page).toContain('0.7773');
  expect(page).toContain('ε = 8, seed 1');
});
