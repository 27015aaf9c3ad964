import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Action } from '../../../core/actions/action.ts';
import { factsOf, packFacts, shopRhythms, unpackFacts } from '../../../core/profiles/facts.ts';
import { addHours, bestHourOf, hourCounts, WEEK_HOURS } from '../../../core/profiles/hours.ts';
import { rhythmOf, stageOf } from '../../../core/profiles/lifecycle.ts';
import { STAGES } from '../../../core/profiles/stages.ts';
import { SHOP_STATISTICS } from '../../../core/shop-statistics.ts';
import { zoneOf } from '../../../core/time.ts';

const zone = zoneOf('Europe/Berlin');
const act = (at: string, word = 'view:shoes'): Action => ({ word, at: Date.parse(at), id: at });
const NO_HOURS: number[] = new Array(WEEK_HOURS).fill(0);
const shop = shopRhythms(new Array(SHOP_STATISTICS.length).fill(0), NO_HOURS);

describe('the stage of a user', () => {
  const monthly = { gap: 30, spread: 0.25 };
  test.each([
    [{ knownDays: 5, purchases: 1, elapsed: 3 }, 'new'],
    [{ knownDays: 31, purchases: 1, elapsed: 3 }, 'active'],
    [{ knownDays: 20, purchases: 2, elapsed: 3 }, 'active'],
    [{ knownDays: 400, purchases: 9, elapsed: 24 }, 'due'],
    [{ knownDays: 400, purchases: 9, elapsed: 38 }, 'due'],
    [{ knownDays: 400, purchases: 9, elapsed: 39 }, 'lapsing'],
    [{ knownDays: 400, purchases: 9, elapsed: 57 }, 'lost'],
    [{ knownDays: 400, purchases: 0, elapsed: 30 }, 'active'],
    [{ knownDays: 400, purchases: 0, elapsed: 40 }, 'lapsing'],
  ])('%j, of who comes monthly, is %s', (input, stage) => {
    expect(stageOf({ ...input, rhythm: monthly })).toBe(stage);
  });

  test('only moves on while the user stays away', () => {
    const rhythm = fc.record({
      gap: fc.double({ min: 1, max: 200, noNaN: true }),
      spread: fc.double({ min: 0.25, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(rhythm, fc.nat(3), fc.integer({ min: 31, max: 300 }), (rhythm, purchases, from) => {
        const stages = Array.from({ length: 200 }, (_, elapsed) =>
          STAGES.indexOf(stageOf({ knownDays: from + elapsed, purchases, elapsed: elapsed + 1, rhythm })),
        );
        expect(stages).toEqual(stages.toSorted((a, b) => a - b));
      }),
    );
  });

  test('follows the own rhythm: the same silence is due for one and lost for another', () => {
    const weekly = rhythmOf([0, 7, 14, 21, 28, 35, 42, 49], { gap: 30, spread: 0.5 });
    const quarterly = rhythmOf([0, 90, 180, 270, 360], { gap: 30, spread: 0.5 });
    const away = (rhythm: typeof weekly) => stageOf({ knownDays: 500, purchases: 5, elapsed: 70, rhythm });
    expect([away(weekly), away(quarterly)]).toEqual(['lost', 'due']);
  });
});

describe('the best hour', () => {
  test('is the one a user keeps to', () => {
    // Thursdays at 19:00 in Berlin, before and after clocks change.
    const actions = ['2026-03-05T18:10:00Z', '2026-03-12T18:20:00Z', '2026-03-19T18:30:00Z', '2026-04-02T17:40:00Z'];
    const evenly = new Array(WEEK_HOURS).fill(10);
    expect(
      bestHourOf(
        hourCounts(
          actions.map((at) => act(at)),
          zone,
        ),
        evenly,
      ),
    ).toEqual({ weekday: 'thursday', hour: 19 });
  });

  test('of who was there once is the shop’s', () => {
    const shopHours = NO_HOURS.map((_, hour) => (hour === 5 * 24 + 11 ? 500 : 1));
    const once = hourCounts([act('2026-03-03T02:00:01Z')], zone);
    expect(bestHourOf(once, shopHours)).toEqual({ weekday: 'saturday', hour: 11 });
  });

  test('takes many clicks of one hour for one visit, and a log of days for none', () => {
    const clicks = Array.from({ length: 50 }, (_, i) => act(`2026-03-03T10:00:${String(i).padStart(2, '0')}Z`));
    expect(hourCounts(clicks, zone).filter((count) => count > 0)).toEqual([1]);
    const days = ['2026-03-02T23:00:00Z', '2026-03-03T23:00:00Z'].map((at) => act(at));
    expect(hourCounts(days, zone)).toEqual(NO_HOURS);
    expect(bestHourOf(hourCounts(days, zone), NO_HOURS)).toBeNull();
  });

  test('is an hour of the week, whoever was there when', () => {
    const counts = fc.array(fc.nat(50), { minLength: WEEK_HOURS, maxLength: WEEK_HOURS });
    fc.assert(
      fc.property(counts, counts, (user, others) => {
        const best = bestHourOf(user, addHours(user, others));
        if (best === null) expect(others.every((count) => count === 0)).toBe(true);
        else expect(best.hour).toBeLessThan(24);
      }),
      { numRuns: 50 },
    );
  });
});

describe('facts', () => {
  const times = fc.array(fc.integer({ min: Date.parse('2025-01-01'), max: Date.parse('2026-03-01') }), {
    minLength: 1,
    maxLength: 40,
  });
  test('come back as they were kept', () => {
    fc.assert(
      fc.property(times, fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }), (all, bought) => {
        const actions = all
          .sort((a, b) => a - b)
          .map((at, i) => ({ word: bought[i] ? 'purchase:hats' : 'view', at, id: String(i) }));
        const facts = factsOf(actions, zone, shop);
        expect(unpackFacts(packFacts(facts))).toEqual(facts);
        expect(facts.purchases === 0).toBe(facts.lastPurchaseDay === null);
      }),
    );
  });

  test.each(['', '2026-13-01 1  3 4 5', '2026-03-01 x  3 4 5', '2026-03-01 1  3 4 200'])('%j is none', (text) => {
    expect(unpackFacts(text)).toBeUndefined();
  });

  test('tell days in the shop’s time zone', () => {
    const facts = factsOf([act('2026-03-01T23:30:00Z', 'purchase:hats')], zone, shop);
    expect(facts).toMatchObject({ firstDay: '2026-03-02', lastPurchaseDay: '2026-03-02', purchases: 1 });
  });
});
