import { expect, test } from '@jest/globals';
import { lastingShift } from '../../../core/quality/lasting.ts';
import { createOutcomeTally } from '../../../core/quality/sums.ts';
import { createRandom } from '../../../core/simulation/random.ts';
import { addDays } from '../../../core/time.ts';

/** Next-day forecasts of users who buy by `tilt(day)` as often as was forecast; 0 is the oldest day. */
function runs(days: number, users: number, seed: number, tilt: (day: number) => number = () => 1) {
  const random = createRandom(seed);
  return Array.from({ length: days }, (_, day) => {
    const tally = createOutcomeTally();
    for (let user = 0; user < users; user++) {
      const p = random.next() ** 3 / 5;
      tally.add(p, 'soon', random.chance(p * tilt(day)));
    }
    return { day: addDays('2026-11-01', day), cells: tally.sums().cells };
  });
}

const seeds = Array.from({ length: 40 }, (_, seed) => seed + 1);

test('there are no fewer than ten days', () => {
  expect(lastingShift([])).toBeUndefined();
  expect(lastingShift(runs(9, 500, 1))).toBeUndefined();
  expect(lastingShift(runs(10, 500, 1))).toBeDefined();
});

test.each([60, 500, 4_000])('a shop of %i users as forecast hardly ever seems to differ', (users) => {
  const rang = seeds.filter((seed) => Math.abs(lastingShift(runs(14, users, seed))!) >= 0.1);
  expect(rang.length).toBeLessThanOrEqual(1);
});

test.each([
  ['four days of twice the buyers', (day: number) => (day >= 6 && day < 10 ? 2 : 1)],
  ['the same, today', (day: number) => (day >= 10 ? 2 : 1)],
  ['three days of three times the buyers and two of half', (day: number) => [3, 3, 3, 0.5, 0.5][day - 5] ?? 1],
])('a sale is set aside: %s', (_what, tilt) => {
  for (const seed of seeds.slice(0, 10)) expect(Math.abs(lastingShift(runs(14, 4_000, seed, tilt))!)).toBeLessThan(0.1);
});

test('what lasts is seen, and by about how much', () => {
  const more = seeds.map((seed) => lastingShift(runs(14, 4_000, seed, () => 1.4))!);
  expect(Math.min(...more)).toBeGreaterThan(0.1);
  expect(more.reduce((sum, shift) => sum + shift, 0) / more.length).toBeCloseTo(0.4, 1);
  for (const seed of seeds) expect(lastingShift(runs(14, 4_000, seed, () => 0.6))!).toBeLessThan(-0.1);
});

test('only the last two weeks count', () => {
  expect(lastingShift(runs(40, 2_000, 3, (day) => (day < 26 ? 2 : 1)))).toBe(0);
});
