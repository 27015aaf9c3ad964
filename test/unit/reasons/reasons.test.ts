import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Action, compareActions } from '../../../core/actions/action.ts';
import { dayOfPosition, type Part, partsOf } from '../../../core/reasons/parts.ts';
import { explain } from '../../../core/reasons/reasons.ts';
import { changed } from '../../../core/reasons/variants.ts';
import { partText } from '../../../core/reasons/wording.ts';
import { collapse, latestPositions, type Position } from '../../../core/sequences.ts';
import { dayNumber, zoneOf } from '../../../core/time.ts';

const UTC = zoneOf('UTC');
const TODAY = dayNumber('2026-03-10');
const HOUR = 3_600_000;
const words = ['view:shoes', 'view:hats', 'search:red', 'cart:shoes', 'purchase:shoes', 'refund:shoes', 'visit'];

const history = fc
  .array(fc.record({ word: fc.constantFrom(...words), hoursAgo: fc.integer({ min: 1, max: 24 * 100 }) }), {
    minLength: 1,
    maxLength: 300,
  })
  .map((given) =>
    given
      .map(({ word, hoursAgo }, i): Action => ({ word, at: TODAY * 24 * HOUR - hoursAgo * HOUR, id: `${i}` }))
      .sort(compareActions),
  );

/** A stand-in for the model: something that depends on all of a history. */
const oracle = (positions: readonly Position[]) =>
  1 /
  (1 + Math.exp(2 - positions.reduce((sum, { word, at }) => sum + word.length / (1 + TODAY - at / 86_400), 0) / 20));

describe('the parts of a history', () => {
  test('hold every position that the model sees once', () => {
    fc.assert(
      fc.property(history, (actions) => {
        const positions = collapse(actions, UTC);
        const parts = partsOf(positions, TODAY).flatMap((part) => part.positions);
        expect(parts.length).toBe(new Set(parts).size);
        expect(new Set(parts)).toEqual(new Set(latestPositions(positions)));
      }),
    );
  });
});

describe('a changed history', () => {
  test('is read as if what is left out had never happened', () => {
    fc.assert(
      fc.property(history, fc.constantFrom(...words), (actions, word) => {
        const positions = collapse(actions, UTC);
        const without = new Set(positions.filter((position) => position.word === word));
        if (without.size === positions.length) return;
        const left = actions.filter((action) => action.word !== word);
        expect(changed(positions, { without })).toEqual(collapse(left, UTC));
      }),
    );
  });

  test('keeps its last day where all would be left out, and is empty where there was no other', () => {
    const two = [
      { word: 'purchase:shoes', at: 86_400 * 5, count: 1 },
      { word: 'purchase:hats', at: 86_400 * 9, count: 1 },
    ];
    expect(changed(two, { without: new Set(two) })).toEqual([two[1]]);
    expect(changed([two[0]!], { without: new Set([two[0]!]) })).toEqual([]);
  });
});

describe('an explanation', () => {
  test('adds up to the probability, with what only moves together told apart', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (actions) => {
        const positions = collapse(actions, UTC);
        const input = { positions, today: TODAY, average: 0.2 };
        let calls = 0;
        const { reasons, probability, without, remainder } = await explain(input, async (histories) => {
          calls++;
          return histories.map(oracle);
        });
        expect(calls).toBeLessThanOrEqual(2);
        expect(probability).toBe(oracle(positions));
        const sum = reasons.reduce((total, { effect }) => total + effect, 0);
        expect(without + sum + remainder).toBeCloseTo(probability, 12);
        const effects = reasons.map(({ effect }) => effect);
        const raising = effects.filter((effect) => effect > 0);
        expect(effects.slice(0, raising.length)).toEqual(raising.toSorted((a, b) => b - a));
        expect(effects.slice(raising.length)).toEqual(effects.slice(raising.length).toSorted((a, b) => a - b));
        for (const reason of reasons) expect(reason.from <= reason.to).toBe(true);
      }),
    );
  });

  test('tells what silence itself did: the same history, ending yesterday', async () => {
    const positions = collapse([{ word: 'purchase:shoes', at: Date.parse('2026-02-26'), id: '' }], UTC);
    const asked: (readonly Position[])[] = [];
    const { reasons } = await explain({ positions, today: TODAY, average: 0.2 }, async (histories) => {
      asked.push(...histories);
      return histories.map((each) => (dayOfPosition(each.at(-1)!) === TODAY - 1 ? 0.1 : 0.3));
    });
    expect(asked.map((each) => dayOfPosition(each[0]!))).toEqual([TODAY - 12, TODAY - 1]);
    expect(reasons).toMatchObject([
      { text: '11 days without any action since the last purchase', words: [], from: '2026-02-27', to: '2026-03-09' },
      { text: '1 purchase of shoes 12 days ago', effect: expect.closeTo(0.1) },
    ]);
    expect(reasons[0]!.effect).toBeCloseTo(0.2);
  });
});

describe('in words', () => {
  const part = (kind: Part['kind'], ...actions: [word: string, daysAgo: number, count?: number][]): Part => ({
    kind,
    positions: actions.map(([word, daysAgo, count = 1]) => ({ word, at: (TODAY - daysAgo) * 86_400, count })),
  });

  test.each([
    [part('looking', ['view:shoes', 2, 2], ['view:shoes', 1]), '3 views of shoes in the last 2 days'],
    [part('looking', ['search:red hat', 1]), '1 search for red hat yesterday'],
    [part('looking', ['visit', 0]), '1 visit today'],
    [
      part('looking', ['view:shoes', 6, 4], ['view:hats', 5], ['cart:shoes', 3]),
      '5 views and 1 addition to the cart, mostly shoes, 3 to 6 days ago',
    ],
    [part('looking', ['view:a', 9], ['view:b', 8], ['view:c', 8]), '3 views in 3 categories 8 to 9 days ago'],
    [
      part('looking', ['view:a', 9, 4], ['search:x', 9, 3], ['cart:a', 9, 2], ['checkout', 9], ['coupon', 9]),
      '4 views, 3 searches, 2 additions to the cart and 2 other actions, all a, 9 days ago',
    ],
    [
      part('buying', ['purchase:a', 80], ['purchase:a', 50], ['purchase:a', 21]),
      '3 purchases of a 21 to 80 days ago, usually every 30 days',
    ],
  ])('%#: %j', (given, text) => {
    expect(partText(given, TODAY)).toBe(text);
  });
});
