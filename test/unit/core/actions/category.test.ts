import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { categoryOf, typeOf, wordOf } from '../../../../core/actions/action.ts';
import { searchTerm, slugCategory } from '../../../../core/actions/category.ts';
import { backOff } from '../../../../core/vocabulary.ts';

describe('a category slug', () => {
  test.each([
    ['Shoes', 'shoes'],
    ['  Running Shoes  ', 'running-shoes'],
    ['Running\t \n Shoes', 'running-shoes'],
    ['Shoes/Running', 'shoes/running'],
    [' Shoes / Trail Running /', 'shoes/trail-running'],
    ['//Shoes///Running//', 'shoes/running'],
    ['Home & Garden', 'home-&-garden'],
    ['ÄRMEL', 'ärmel'],
    ['a\u0308rmel', 'ärmel'],
    ['靴', '靴'],
    ['ﬁtness', 'fitness'],
    ['Ｓｈｏｅｓ', 'shoes'],
    ['Обувь / Зима', 'обувь/зима'],
    ['👟 sport', '👟-sport'],
    ['size:42', 'size-42'],
    ['size：42', 'size-42'],
    ['view:shoes', 'view-shoes'],
    ['a\u0000b\u0007c', 'abc'],
    ['a\u200bb\ufeff', 'ab'],
    ['\u202eshoes', 'shoes'],
    ['sho\ud800es', 'shoes'],
    ['1234', '1234'],
    ["Men's", "men's"],
  ])('of %j is %j', (text, slug) => {
    expect(slugCategory(text)).toBe(slug);
  });

  test.each([[''], [' '], ['/'], [' / / '], ['\u0000'], ['\ud800'], ['\u200b']])('of %j is none', (text) => {
    expect(slugCategory(text)).toBeUndefined();
  });

  test('has at most 128 code points and no torn one', () => {
    expect(Array.from(slugCategory('👟'.repeat(1_000))!)).toHaveLength(128);
    expect(slugCategory(`${'a'.repeat(127)}/b`)).toBe('a'.repeat(127));
  });
});

describe('a search term', () => {
  test.each([
    ['Nike', 'nike'],
    ['  NIKE \t Air  Max ', 'nike air max'],
    ['Ｎｉｋｅ', 'nike'],
    ['laufschuhe größe 42', 'laufschuhe größe 42'],
    ['a:b', 'a-b'],
    ['靴', '靴'],
  ])('%j is %j', (text, term) => {
    expect(searchTerm(text)).toBe(term);
  });

  test('has at most 64 code points', () => {
    expect(searchTerm('x'.repeat(65))).toBe('x'.repeat(64));
    expect(Array.from(searchTerm('😀'.repeat(65))!)).toHaveLength(64);
    expect(searchTerm(`${'x'.repeat(63)} y`)).toBe('x'.repeat(63));
  });

  test.each([[''], [' \n'], ['\u0000']])('%j is none', (text) => {
    expect(searchTerm(text)).toBeUndefined();
  });
});

describe.each([
  ['slugCategory', slugCategory, 128],
  ['searchTerm', searchTerm, 64],
])('%s, whatever it is given,', (_, normalise, longest) => {
  const texts = fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ unit: 'grapheme' }));
  // Half surrogates, long marks, ligatures and white space in any order.
  const hostile = fc.array(
    fc.constantFrom('\ud800', '\udc00', '\u0301', 'ﷺ', 'İ', 'Σ', '\u200b', ' ', '/', ':', '\t', 'é'),
    {
      maxLength: 200,
    },
  );
  const anything = fc.oneof(
    texts,
    hostile.map((parts) => parts.join('')),
  );

  test('changes nothing the second time', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const once = normalise(text);
        if (once !== undefined) expect(normalise(once)).toBe(once);
      }),
      { numRuns: 2_000 },
    );
  });

  test('gives valid, bounded Unicode without control characters or colons', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const slug = normalise(text);
        if (slug === undefined) return;
        expect(slug).not.toBe('');
        expect(slug.isWellFormed()).toBe(true);
        expect(slug).not.toMatch(/[\p{Cc}:]/u);
        expect(slug).toBe(slug.trim());
        expect(Array.from(slug).length).toBeLessThanOrEqual(longest);
      }),
      { numRuns: 2_000 },
    );
  });

  test('makes words that are read back as type and category', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const category = normalise(text);
        const word = wordOf('view', category);
        expect([typeOf(word), categoryOf(word)]).toEqual(['view', category ?? '']);
        expect([...backOff(word)].at(-1)).toBe('view');
      }),
    );
  });
});
