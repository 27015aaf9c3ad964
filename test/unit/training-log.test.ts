import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type ActionLog, createActionLogBuilder } from '../../core/action-log.ts';
import { dayNumber, zoneOf } from '../../core/time.ts';
import { eligibleDays, outcomeOf, sampleDays } from '../../core/training-days.ts';
import { shopStatisticsByDay, trainingLog } from '../../core/training-log.ts';

const ZONE = zoneOf('UTC');
const START = Date.parse('2026-01-01T00:00:00Z');
const DAY = 86_400_000;
const UNTIL = '2026-02-10';
const OPTIONS = { until: UNTIL, activeDays: 10, zone: ZONE, seed: 0 };

type Row = [user: string, day: number, word: string];

const rowsOf = fc.array(
  fc.tuple(
    fc.constantFrom('a', 'b', 'c'),
    fc.integer({ min: 0, max: 60 }),
    fc.constantFrom('view:x', 'view:y', 'cart:x', 'purchase:x', 'purchase'),
  ),
  { minLength: 1, maxLength: 60 },
) as fc.Arbitrary<Row[]>;

function logOf(rows: Row[]): ActionLog {
  const builder = createActionLogBuilder();
  for (const [user, day, word] of rows) builder.add(user, { word, at: START + day * DAY });
  return builder.finish();
}

/** All that training would be given. */
function trainingOf(log: ActionLog) {
  const { vocabulary, windows, ...sums } = trainingLog(log, OPTIONS);
  const named = [...windows()].map(({ user, ...window }) => ({ ...window, user: log.users[user] }));
  const days = named.flatMap(({ queries }) => queries.map(({ day }) => day));
  return { words: vocabulary.words, sums, named, statistics: shopStatisticsByDay(log, days, ZONE) };
}

describe('days asked', () => {
  test('are those on which the last action is recent enough, up to the cut-off', () => {
    expect(eligibleDays([3, 5, 20], 24, 4)).toEqual([4, 5, 6, 7, 8, 9, 21, 22, 23]);
    expect(eligibleDays([3], 3, 4)).toEqual([]);
    expect(eligibleDays([], 9, 4)).toEqual([]);
  });

  test('are drawn without repetition, ascending, the same for the same user and seed', () => {
    const days = Array.from({ length: 100 }, (_, day) => day);
    const drawn = sampleDays(days, 12, 'u1', 4);
    expect(new Set(drawn).size).toBe(12);
    expect(drawn).toEqual([...drawn].sort((a, b) => a - b));
    expect(sampleDays(days, 12, 'u1', 4)).toEqual(drawn);
    expect(sampleDays(days, 12, 'u2', 4)).not.toEqual(drawn);
    expect(sampleDays(days, 12, 'u1', 5)).not.toEqual(drawn);
  });

  test.each([
    [[10, 14], 12, 20, { purchaseAfter: 2, observed: 8 }],
    [[10, 14], 14, 20, { purchaseAfter: 0, observed: 6 }],
    [[10, 14], 15, 20, { purchaseAfter: -1, observed: 5 }],
    [[10, 20], 15, 20, { purchaseAfter: -1, observed: 5 }],
  ])('purchases on %j asked on %i with the cut-off %i give %j', (purchases, day, cutOff, outcome) => {
    expect(outcomeOf(purchases, day, cutOff)).toEqual(outcome);
  });
});

describe('a log as training data', () => {
  test('nothing at or after the cut-off changes anything', () => {
    const cut = dayNumber(UNTIL) - dayNumber('2026-01-01');
    fc.assert(
      fc.property(rowsOf, rowsOf, (before, after) => {
        const known = before.filter(([, day]) => day < cut);
        const later = after.map(([user, day, word]): Row => [user, cut + day, word]);
        expect(trainingOf(logOf([...known, ...later]))).toEqual(trainingOf(logOf(known)));
      }),
    );
  });

  test('the order of rows changes nothing', () => {
    fc.assert(
      fc.property(rowsOf, (rows) => expect(trainingOf(logOf([...rows].reverse()))).toEqual(trainingOf(logOf(rows)))),
    );
  });

  test('the days of a user that were drawn weigh as many days as the user has', () => {
    const builder = createActionLogBuilder();
    const cut = dayNumber(UNTIL) * DAY;
    for (let day = 1; day < 400; day++) builder.add('a', { word: 'view:x', at: cut - day * DAY });
    const [...windows] = trainingLog(builder.finish(), OPTIONS).windows();
    const weights = windows.flatMap(({ queries }) => queries.map(({ weight }) => weight));
    expect(weights).toHaveLength(64);
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(398, 6);
  });

  test('the category of the next purchase is one seen before the day, another, or unknown', () => {
    const log = logOf([
      ['a', 0, 'view:x'],
      ['a', 4, 'purchase:x'],
      ['a', 6, 'purchase:y'],
      ['a', 8, 'purchase'],
    ]);
    const queries = [...trainingLog(log, OPTIONS).windows()].flatMap((window) => window.queries);
    const asked = new Map(queries.map(({ day, nextLocal }) => [day - dayNumber('2026-01-01'), nextLocal]));
    expect([1, 4, 5, 7, 9].map((day) => asked.get(day))).toEqual([1, 1, 0, -1, -1]);
  });
});
