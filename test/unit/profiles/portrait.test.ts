import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Action, compareActions } from '../../../core/actions/action.ts';
import { createCategoryTally } from '../../../core/profiles/categories.ts';
import { portraitOf } from '../../../core/profiles/portrait.ts';
import { zoneOf } from '../../../core/time.ts';

const UTC = zoneOf('UTC');
const at = (time: string) => Date.parse(time);

describe('a portrait', () => {
  test('counts days, money and categories; a search term is no category', () => {
    const actions: Action[] = [
      { word: 'view:shoes', at: at('2026-03-02T08:00:00Z'), id: '1' },
      { word: 'search:red', at: at('2026-03-02T08:01:00Z'), id: '2' },
      { word: 'purchase:shoes', at: at('2026-03-02T09:00:00Z'), id: '3', value: 30, quantity: 2 },
      { word: 'purchase:hats', at: at('2026-03-02T09:00:00Z'), id: '4', value: 10 },
      { word: 'view:shoes', at: at('2026-03-08T20:00:00Z'), id: '5' },
    ];
    const portrait = portraitOf(actions, '2026-03-10', UTC);
    expect(portrait).toMatchObject({
      recency: { lastActionDay: '2026-03-08', days: 2, lastPurchaseDay: '2026-03-02', purchaseDays: 8 },
      frequency: { days: 2, actions: 5, purchaseDays: 1, purchases: 2 },
      value: { total: 40, perPurchaseDay: 40, units: 2 },
      categories: [
        { category: 'shoes', actions: 3, purchases: 1, share: 0.75 },
        { category: 'hats', actions: 1, purchases: 1, share: 0.25 },
      ],
    });
    expect(portrait.weekdays.filter(({ count }) => count > 0)).toEqual([
      { weekday: 'monday', count: 1 },
      { weekday: 'sunday', count: 1 },
    ]);
    expect(portrait.hours?.[20]).toBe(1);
  });

  test('of a log of days has no hours', () => {
    const actions = [{ word: 'view', at: at('2026-03-02'), id: '1' }];
    expect(portraitOf(actions, '2026-03-10', UTC)).toMatchObject({ hours: null, categories: [] });
  });

  test('shares of all categories add up to one, and days to the weekdays', () => {
    const action = fc.record({ word: fc.constantFrom('view:a', 'cart:b', 'purchase:c', 'visit'), at: fc.nat(1e10) });
    fc.assert(
      fc.property(fc.array(action, { minLength: 1 }), (given) => {
        const actions = given.map((each, i) => ({ ...each, id: `${i}` })).sort(compareActions);
        const { categories, weekdays, frequency } = portraitOf(actions, '2026-03-10', UTC);
        const sum = categories.reduce((total, { share }) => total + share, 0);
        expect(sum).toBeCloseTo(categories.length > 0 ? 1 : 0, 12);
        expect(weekdays.reduce((total, { count }) => total + count, 0)).toBe(frequency.days);
      }),
    );
  });
});

test("a shop's categories leave out those that few users touched", () => {
  const tally = createCategoryTally();
  for (let user = 0; user < 6; user++)
    tally.add([
      { word: 'view:shoes', at: 0, id: '1' },
      { word: user < 4 ? 'view:rare' : 'view:hats', at: 1, id: '2' },
    ]);
  expect(tally.shares()).toEqual([{ category: 'shoes', share: 0.5 }]);
});
