import type { OutcomeCell } from '../../../core/quality/sums.ts';
import { addDays, type Day } from '../../../core/time.ts';
import { misfitOf } from '../../../functions/promotion/watch.ts';
import type { Outcome } from '../../../functions/runs/outcomes.ts';

const SINCE = '2026-05-01';
const change = { version: 'new-1', from: 'old-1' };

/** A run of 1,000 users of whom so many were expected to buy, and so many did. */
function outcome(day: Day, horizon: number, modelVersion: string, expected: number, actual: number): Outcome {
  const cell: OutcomeCell = [0, 0, 1_000, actual, expected, (expected / 1_000) ** 2 * 1_000];
  return { day, horizon, modelVersion, correction: 0, cells: [cell], logLoss: 0, brier: 0 };
}
const runs = (version: string, from: Day, days: number, horizon: number, expected: number, actual: number) =>
  Array.from({ length: days }, (_, day) => outcome(addDays(from, day), horizon, version, expected, actual));

describe('a model that was promoted', () => {
  test.each([
    ['expects twice the buyers', 200, 100, /^200 buyers were expected within 7 days, 100 came \(runs of 2026-05-01 to/],
    ['expects half of them', 100, 200, /^100 buyers were expected within 7 days, 200 came/],
  ])('goes back when it %s', (_which, expected, actual, why) => {
    expect(misfitOf(runs('new-1', SINCE, 1, 7, expected, actual), change, SINCE)).toMatch(why);
  });

  test.each([
    ['is right', runs('new-1', SINCE, 9, 7, 200, 190)],
    ['is off by less than a quarter, however surely', runs('new-1', SINCE, 9, 7, 240, 200)],
    ['is off by what chance gives to so few', runs('new-1', SINCE, 1, 1, 50, 36)],
    ['has seen too few buyers', runs('new-1', SINCE, 1, 1, 4, 20)],
    ['has no outcomes yet', runs('old-1', addDays(SINCE, -9), 9, 7, 200, 100)],
    ['was off before it was promoted, on days of its own', runs('new-1', addDays(SINCE, -40), 9, 7, 200, 100)],
  ])('stays when it %s', (_which, outcomes) => {
    expect(misfitOf(outcomes, change, SINCE)).toBeUndefined();
  });

  test('stays when the model before missed the same days in the same direction: the shop has changed', () => {
    const off = runs('new-1', SINCE, 5, 7, 100, 200);
    const before = runs('old-1', addDays(SINCE, -6), 6, 14, 200, 400);
    expect(misfitOf([...before, ...off], change, SINCE)).toBeUndefined();
    const right = runs('old-1', addDays(SINCE, -6), 6, 14, 300, 290);
    expect(misfitOf([...right, ...off], change, SINCE)).toBeDefined();
    const other = runs('old-1', addDays(SINCE, -6), 6, 14, 400, 200);
    expect(misfitOf([...other, ...off], change, SINCE)).toBeDefined();
  });
});
