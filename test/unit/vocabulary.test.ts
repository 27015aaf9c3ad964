import { expect, test } from '@jest/globals';
import { ACTION_TYPES } from '../../core/actions/action.ts';
import { backOff, createVocabulary, createVocabularyBuilder } from '../../core/vocabulary.ts';

const BASE = ['', ...ACTION_TYPES];

test('a word backs off to its parents, then its type', () => {
  expect([...backOff('view:a/b/c')]).toEqual(['view:a/b/c', 'view:a/b', 'view:a', 'view']);
  expect([...backOff('visit')]).toEqual(['visit']);
});

test('a word enters with 50 uses by 20 users, not with fewer of either', () => {
  const builder = createVocabularyBuilder();
  for (let user = 0; user < 20; user++)
    builder.add([
      ...new Array(3).fill('view:often'),
      'view:seldom',
      ...(user < 19 ? new Array(9).fill('view:few') : []),
    ]);
  expect(builder.words()).toEqual([...BASE, 'view:often']);
});

test('rare children of one parent add up to the parent', () => {
  const builder = createVocabularyBuilder();
  for (let user = 0; user < 30; user++) builder.add([`view:shoes/kind-${user}`, `view:shoes/kind-${user}`]);
  expect(builder.words()).toEqual([...BASE, 'view:shoes']);
});

test('equally frequent words are ordered by their text, so that training twice gives the same ids', () => {
  const builder = createVocabularyBuilder();
  for (let user = 0; user < 25; user++) builder.add(['cart:b', 'cart:b', 'cart:a', 'cart:a']);
  expect(builder.words().slice(BASE.length)).toEqual(['cart:a', 'cart:b']);
});

test('a vocabulary without the action types at their places is refused', () => {
  expect(() => createVocabulary(['', 'search', 'view'])).toThrow('word 1 is "search", expected "view"');
});
