import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Action, compareActions } from '../../core/actions/action.ts';
import { createShopTally, SHOP_STATISTICS } from '../../core/shop-statistics.ts';
import { dayNumber, zoneOf } from '../../core/time.ts';

const utc = zoneOf('UTC');
const AS_OF = dayNumber('2026-06-01');
let next = 0;

function on(daysBefore: number, word: string): Action {
  return { word, at: (AS_OF - daysBefore) * 86_400_000 + 36_000_000, id: String(next++) };
}

function statistics(users: Action[][]): Record<string, number> {
  const tally = createShopTally(AS_OF);
  for (const user of users) tally.add([...user].sort(compareActions), utc);
  const vector = tally.vector();
  return Object.fromEntries(SHOP_STATISTICS.map((name, index) => [name, vector[index]!]));
}

/** The number of hits behind smoothed log-odds. */
const hits = (logOdds: number, of: number) => ((of + 1) * Math.exp(logOdds)) / (1 + Math.exp(logOdds)) - 0.5;

describe('shop statistics', () => {
  test('every one has a name and a finite value, also for an empty shop', () => {
    const tally = createShopTally(AS_OF);
    expect(tally.vector()).toHaveLength(SHOP_STATISTICS.length);
    expect([...tally.vector()].every(Number.isFinite)).toBe(true);
    expect(tally.rate30()).toBe(0);
  });

  test('count who bought within 7 days among those active a week ago', () => {
    const users = [
      [on(20, 'view:a'), on(3, 'purchase:a')],
      [on(30, 'view:a'), on(7, 'purchase:a')],
      [on(40, 'view:a'), on(8, 'purchase:a')],
      [on(50, 'view:a')],
      [on(5, 'purchase:a')],
    ];
    // Four were active before the last week; two of them bought in it. The fifth came new.
    expect(hits(statistics(users).logit_bought_7d_one_week_ago!, 4)).toBeCloseTo(2, 3);
    expect(hits(statistics(users).logit_bought_7d_two_weeks_ago!, 4)).toBeCloseTo(1, 3);
  });

  test('θ is the 30-day purchase rate of those active a month ago', () => {
    const tally = createShopTally(AS_OF);
    tally.add([on(60, 'view:a'), on(10, 'purchase:a')], utc);
    tally.add([on(60, 'view:a')], utc);
    tally.add([on(31, 'view:a'), on(30, 'purchase:a')], utc);
    tally.add([on(29, 'purchase:a')], utc);
    expect(tally.rate30()).toBeCloseTo(2 / 3);
  });

  test('gaps between purchase days and purchases by weekday', () => {
    const found = statistics([[on(22, 'purchase:a'), on(15, 'purchase:a'), on(8, 'purchase:a'), on(1, 'purchase:a')]]);
    expect(Math.exp(found.log_gap_q50!)).toBeCloseTo(7, 0);
    // 2026-06-01 is a Monday: the day before it, and every purchase, is a Sunday.
    expect(found.log_purchases_on_sunday!).toBeGreaterThan(found.log_purchases_on_monday!);
  });

  test('nothing at or after the day counts', () => {
    const past = [on(20, 'view:a'), on(3, 'purchase:a')];
    expect(statistics([[...past, on(0, 'purchase:a'), on(-4, 'view:b')]])).toEqual(statistics([past]));
  });

  test('a user silent for more than 120 days counts nowhere', () => {
    const user = [on(10, 'view:a')];
    expect(statistics([user, [on(300, 'purchase:a'), on(121, 'purchase:a')]])).toEqual(statistics([user]));
  });

  test('a log that keeps days only is told from one with times', () => {
    const midnight = { word: 'view:a', at: (AS_OF - 2) * 86_400_000, id: 'm' };
    expect(statistics([[midnight]]).share_without_time_of_day).toBe(1);
    expect(statistics([[on(2, 'view:a')]]).share_without_time_of_day).toBe(0);
    expect(statistics([[midnight, on(0, 'view:a')]]).share_without_time_of_day).toBe(1);
  });

  test('do not depend on the order of users', () => {
    const day = fc.integer({ min: -5, max: 200 });
    const user = fc.array(fc.tuple(day, fc.constantFrom('view:a', 'purchase:a', 'cart:b')), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(fc.array(user, { maxLength: 8 }), (users) => {
        const actions = users.map((list) => list.map(([ago, word]) => on(ago, word)));
        expect(statistics(actions.toReversed())).toEqual(statistics(actions));
      }),
    );
  });
});
