import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ACTION_TYPES, type Action, compareActions } from '../../core/actions/action.ts';
import { LOCAL_CATEGORIES, MAX_LENGTH } from '../../core/model/contract.ts';
import { buildSequence, collapse, encode, latestPositions, OLD_PURCHASES } from '../../core/sequences.ts';
import { zoneOf } from '../../core/time.ts';
import { createVocabulary } from '../../core/vocabulary.ts';

const utc = zoneOf('UTC');
const plain = createVocabulary();
const at = (text: string) => Date.parse(text);

function action(word: string, time: string, id = `${word}@${time}`): Action {
  return { word, at: at(time), id };
}

const history = fc
  .array(
    fc.record({
      word: fc.constantFrom('view:a', 'view:b', 'purchase:a', 'search:x', 'visit', 'cart:c/d'),
      at: fc.integer({ min: at('2026-03-20T00:00Z'), max: at('2026-04-05T00:00Z') }),
      id: fc.uuid(),
    }),
    { maxLength: 400 },
  )
  .map((actions) => actions.sort(compareActions));

describe('collapsing', () => {
  test('consecutive repeats of one word on one day are one position with a count', () => {
    const positions = collapse(
      [
        action('view:a', '2026-03-01T10:00Z', '1'),
        action('view:a', '2026-03-01T10:05Z', '2'),
        action('view:b', '2026-03-01T11:00Z'),
        action('view:a', '2026-03-01T12:00Z'),
        action('view:a', '2026-03-02T00:00Z'),
      ],
      utc,
    );
    expect(positions.map(({ word, count }) => [word, count])).toEqual([
      ['view:a', 2],
      ['view:b', 1],
      ['view:a', 1],
      ['view:a', 1],
    ]);
    expect(positions[0]!.at).toBe(at('2026-03-01T10:05Z') / 1000);
  });

  test('a day is one of the shop: two views round midnight in Berlin stay apart', () => {
    const actions = [action('view:a', '2026-03-01T22:59Z', '1'), action('view:a', '2026-03-01T23:01Z', '2')];
    expect(collapse(actions, utc)).toHaveLength(1);
    expect(collapse(actions, zoneOf('Europe/Berlin'))).toHaveLength(2);
  });

  test('times never fall when clocks go back', () => {
    const actions = [action('view:a', '2026-10-25T00:50Z'), action('view:b', '2026-10-25T01:10Z')];
    const [first, second] = collapse(actions, zoneOf('Europe/Berlin'));
    expect(second!.at).toBeGreaterThanOrEqual(first!.at);
  });

  test('keeps every action in the counts, in order', () => {
    fc.assert(
      fc.property(history, (actions) => {
        const positions = collapse(actions, utc);
        const unfolded = positions.flatMap(({ word, count }) => new Array<string>(count).fill(word));
        expect(unfolded).toEqual(actions.map(({ word }) => word));
        for (let index = 1; index < positions.length; index++)
          expect(positions[index]!.at).toBeGreaterThanOrEqual(positions[index - 1]!.at);
      }),
    );
  });
});

describe('the latest 256 positions', () => {
  const position = (word: string, index: number) => ({ word, at: index, count: 1 });

  test('a short history stays whole', () => {
    const all = Array.from({ length: MAX_LENGTH }, (_, index) => position('view:a', index));
    expect(latestPositions(all)).toEqual(all);
  });

  test('purchases older than the rest keep up to 64 places', () => {
    const purchases = Array.from({ length: 100 }, (_, index) => position('purchase:a', index));
    const views = Array.from({ length: 1_000 }, (_, index) => position('view:a', 100 + index));
    const kept = latestPositions([...purchases, ...views]);
    expect(kept).toHaveLength(MAX_LENGTH);
    expect(kept.filter(({ word }) => word === 'purchase:a')).toEqual(purchases.slice(-OLD_PURCHASES));
    expect(kept.at(-1)).toEqual(views.at(-1));
  });

  test('with no old purchase the window is simply the latest', () => {
    const all = Array.from({ length: 700 }, (_, index) => position(index > 600 ? 'purchase:a' : 'view:a', index));
    expect(latestPositions(all)).toEqual(all.slice(-MAX_LENGTH));
  });

  test('never more than 256, in order, ending with the last', () => {
    const words = fc.array(fc.constantFrom('view:a', 'purchase:a', 'view:b'), { minLength: 1, maxLength: 900 });
    fc.assert(
      fc.property(words, (list) => {
        const all = list.map(position);
        const kept = latestPositions(all);
        expect(kept.length).toBeLessThanOrEqual(MAX_LENGTH);
        expect(kept.at(-1)).toBe(all.at(-1));
        for (let index = 1; index < kept.length; index++) expect(kept[index]!.at).toBeGreaterThan(kept[index - 1]!.at);
      }),
    );
  });
});

describe("the user's own categories", () => {
  test('are numbered by first appearance', () => {
    const sequence = buildSequence(
      [
        action('view:b', '2026-03-01T10:00Z'),
        action('visit', '2026-03-01T11:00Z'),
        action('view:a', '2026-03-02T10:00Z'),
        action('purchase:b', '2026-03-03T10:00Z'),
      ],
      utc,
      plain,
    );
    expect([...sequence.local]).toEqual([1, 0, 2, 1]);
    expect(sequence.categories).toEqual(['b', 'a']);
  });

  test('are the 64 most recent ones; older ones have no number', () => {
    const positions = Array.from({ length: 100 }, (_, index) => ({ word: `view:c${index}`, at: index, count: 1 }));
    const sequence = encode(positions, plain);
    expect([...sequence.local.slice(0, 36)]).toEqual(new Array(36).fill(0));
    expect(sequence.local[36]).toBe(1);
    expect(sequence.categories).toHaveLength(LOCAL_CATEGORIES);
  });
});

test('a word the vocabulary does not know backs off to its type', () => {
  const vocabulary = createVocabulary(['', ...ACTION_TYPES, 'view:shoes', 'view:shoes/running']);
  const word = (text: string) => vocabulary.word(vocabulary.id(text));
  expect(word('view:shoes/running/trail')).toBe('view:shoes/running');
  expect(word('view:shoes/walking')).toBe('view:shoes');
  expect(word('view:hats')).toBe('view');
  expect(word('search:nike')).toBe('search');
});
