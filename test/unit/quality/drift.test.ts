import { describe, expect, test } from '@jest/globals';
import { createWordTally } from '../../../core/quality/drift.ts';
import { createRandom } from '../../../core/simulation/random.ts';

const FROM = '2026-03-03';
const TO = '2026-03-10';

/** 100 users of whom each does so many things in the four weeks and in the week, drawn from words with these weights. */
function driftOf(before: Record<string, number>, now: Record<string, number>, each: [number, number] = [40, 10]) {
  const random = createRandom(3);
  const draw = (weights: Record<string, number>, n: number) => {
    const words = Object.entries(weights).flatMap(([word, weight]) => new Array<string>(weight).fill(word));
    return Array.from({ length: n }, () => words[random.integer(0, words.length - 1)]!);
  };
  const tally = createWordTally();
  for (let user = 0; user < 100; user++) tally.add(draw(before, each[0]), draw(now, each[1]));
  return tally.drift(FROM, TO);
}

const SHOP = { 'view:shoes': 6, 'view:hats': 3, 'cart:shoes': 1 };

describe('drift of action words', () => {
  test('is the population stability index of their shares', () => {
    const found = driftOf(SHOP, { 'view:shoes': 3, 'view:hats': 6, 'cart:shoes': 1 })!;
    // (.3 − .6) ln(.3 / .6) + (.6 − .3) ln(.6 / .3)
    expect(found.psi).toBeCloseTo(2 * 0.3 * Math.LN2, 1);
    expect(found).toMatchObject({ alarm: true, from: FROM, to: TO });
    const [first, second, third] = found.words;
    expect([first!.word, second!.word].sort()).toEqual(['view:hats', 'view:shoes']);
    expect(third).toMatchObject({ word: 'cart:shoes', before: expect.closeTo(0.1, 1), now: expect.closeTo(0.1, 1) });
  });

  test('of a shop that stays the same is none', () => {
    const { psi, alarm } = driftOf(SHOP, SHOP)!;
    expect(psi).toBeLessThan(0.02);
    expect(alarm).toBe(false);
  });

  test('of many words of which each is rare is none either, and names none of them', () => {
    const many = Object.fromEntries(Array.from({ length: 400 }, (_, n) => [`search:term-${n}`, 1]));
    const found = driftOf(many, many)!;
    expect(found.alarm).toBe(false);
    expect(found.words.map(({ word }) => word)).toEqual(['search']);
  });

  test('names no words of a few users alone', () => {
    const tally = createWordTally();
    for (let user = 0; user < 100; user++) {
      const own = user < 4 ? new Array<string>(200).fill('search:my own name') : [];
      tally.add(new Array(30).fill('view:shoes'), [...new Array<string>(10).fill('view:shoes'), ...own]);
    }
    const { words, alarm } = tally.drift(FROM, TO)!;
    expect(words.map(({ word }) => word)).toEqual(['search', 'view:shoes']);
    expect(alarm).toBe(true);
  });

  test('is not told from few actions', () => {
    expect(driftOf(SHOP, SHOP, [40, 1])).toBeNull();
  });
});
