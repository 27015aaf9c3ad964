import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MAX_LENGTH } from '../../core/model/contract.ts';
import { latestPositions, type Position } from '../../core/sequences.ts';
import { feedShop } from '../../core/simulation/feed.ts';
import { trainingWindows } from '../../core/training.ts';
import { createVocabulary } from '../../core/vocabulary.ts';

const DAY = 86_400;

/** One view a day from day 0 on, every tenth a purchase. */
function daily(days: number): Position[] {
  return Array.from({ length: days }, (_, day) => ({
    word: day % 10 === 9 ? 'purchase:a' : 'view:a',
    at: day * DAY + 3_600,
    count: 1,
  }));
}

/** What the network can see of a window on a day: its mask hides the rest. */
const seenOn = (positions: readonly Position[], day: number) => positions.filter(({ at }) => at < day * DAY);

describe('training windows', () => {
  test('a short history is one window for all days asked', () => {
    const positions = daily(50);
    expect(trainingWindows(positions, [3, 20, 49])).toEqual([{ positions, asked: [0, 1, 2] }]);
  });

  test('on every day asked a window shows the latest positions, as serving would', () => {
    const positions = daily(900);
    const days = fc.uniqueArray(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(days, (asked) => {
        asked.sort((a, b) => a - b);
        const windows = trainingWindows(positions, asked);
        expect(windows.flatMap((window) => window.asked).sort((a, b) => a - b)).toEqual([...asked.keys()]);
        for (const { positions: shown, asked: indices } of windows) {
          expect(shown.length).toBeLessThanOrEqual(MAX_LENGTH);
          for (const index of indices) {
            const day = asked[index]!;
            const seen = seenOn(shown, day);
            const served = latestPositions(seenOn(positions, day));
            expect(seen.at(-1)).toEqual(served.at(-1));
            // The tail is the same but for the stride at which windows end.
            const tail = Math.min(128, seen.length);
            expect(seen.slice(-tail)).toEqual(served.slice(-tail));
          }
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('a simulated shop as training data', () => {
  const vocabulary = createVocabulary();
  const shop = feedShop(11, vocabulary, { users: 40, queriesPerUser: 5 });

  test('is the same for the same seed', () => {
    expect(feedShop(11, vocabulary, { users: 40, queriesPerUser: 5 })).toEqual(shop);
  });

  test('whose users wander knows less of what they buy next, and as much of when', () => {
    const options = { kind: 'browsing', users: 40, queriesPerUser: 5 } as const;
    const [stays, wanders] = [false, true].map((wander) => feedShop(2, vocabulary, { ...options, wander }));
    const known = ({ windows }: typeof shop) => {
      const next = windows.flatMap(({ queries }) => queries.map(({ nextLocal }) => nextLocal)).filter((n) => n >= 0);
      return next.filter((n) => n > 0).length / next.length;
    };
    expect(known(wanders!)).toBeLessThan(known(stays!) - 0.1);
    const targets = ({ windows }: typeof shop) => windows.flatMap(({ queries }) => queries.map((q) => q.survival));
    expect(targets(wanders!)).toEqual(targets(stays!));
  });

  test('targets are survival curves: they start below 1 and never rise', () => {
    const queries = shop.windows.flatMap((window) => window.queries);
    expect(queries.length).toBeGreaterThan(20);
    for (const { survival } of queries) {
      expect(survival[0]).toBeLessThanOrEqual(1);
      for (let bin = 1; bin < survival.length; bin++)
        expect(survival[bin]).toBeLessThanOrEqual(survival[bin - 1]! + 1e-6);
      expect(survival.at(-1)).toBeGreaterThanOrEqual(0);
    }
  });

  test('each query comes after the first position, with statistics of its day', () => {
    for (const { at, queries } of shop.windows)
      for (const { day } of queries) {
        expect(at[0]).toBeLessThan(day * DAY);
        expect(shop.statistics.has(day)).toBe(true);
      }
  });

  test('the category of the next purchase is one the user has seen, another, or unknown', () => {
    for (const { at, local, queries } of shop.windows)
      for (const { day, nextLocal } of queries) {
        if (nextLocal <= 0) continue;
        expect(at[local.indexOf(nextLocal)]).toBeLessThan(day * DAY);
      }
  });
});
