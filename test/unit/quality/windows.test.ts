import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { HORIZONS } from '../../../core/model/contract.ts';
import { endedWindows } from '../../../core/quality/windows.ts';
import { addDays, type Day } from '../../../core/time.ts';

const FIRST = '2026-01-01';
const days = (numbers: number[]): Day[] => numbers.map((n) => addDays(FIRST, n));
const told = (windows: ReturnType<typeof endedWindows>) =>
  windows.flatMap(({ day, horizons }) => horizons.map((horizon) => `${day} ${horizon}`));

describe('the windows that a run judges', () => {
  test('are those of exactly 1, 3, 7, 14 and 30 days ago where there is a run every night', () => {
    const finished = days(Array.from({ length: 40 }, (_, n) => n));
    expect(endedWindows(finished, addDays(FIRST, 35))).toEqual(
      [30, 14, 7, 3, 1].map((horizon) => ({ day: addDays(FIRST, 35 - horizon), horizons: [horizon] })),
    );
  });

  test('are none for a first run, nor of later ones', () => {
    expect(endedWindows([], FIRST)).toEqual([]);
    expect(endedWindows(days([0, 5]), FIRST)).toEqual([]);
  });

  test('of runs on any nights are each judged once, on the first run after they end, unless that is a week late', () => {
    const nights = fc
      .uniqueArray(fc.nat(60), { minLength: 1, maxLength: 30 })
      .map((list) => list.sort((a, b) => a - b));
    fc.assert(
      fc.property(nights, (numbers) => {
        const judged = numbers.flatMap((n, i) => told(endedWindows(days(numbers.slice(0, i)), addDays(FIRST, n))));
        const expected = numbers.flatMap((n) =>
          HORIZONS.flatMap((horizon) => {
            const next = numbers.find((other) => other >= n + horizon);
            return next !== undefined && next - n - horizon <= 7 ? [`${addDays(FIRST, n)} ${horizon}`] : [];
          }),
        );
        expect(judged.sort()).toEqual(expected.sort());
      }),
    );
  });
});
