import { describe, expect, it } from '@jest/globals';
import { createRandom } from '../../../core/simulation/random.ts';
import type { SimulatedAction } from '../../../core/simulation/users.ts';
import { wandered } from '../../../core/simulation/wander.ts';

const DAY = 86_400_000;
const action = (day: number, type: SimulatedAction['type'], category = 'a'): SimulatedAction => ({
  type,
  category,
  at: day * DAY,
});
const categories = (list: SimulatedAction[]) => list.map(({ category }) => category);
const random = createRandom(1);

describe('users who wander', () => {
  const actions = [
    action(0, 'view'),
    action(1, 'view'),
    action(1, 'view'),
    action(2, 'view'),
    action(2, 'purchase'),
    action(3, 'visit', ''),
    action(3, 'view', 'b'),
  ];

  it('leave what they return to only to look, and keep what they meet first, when they buy what they know', () => {
    const found = wandered(actions, { bought: 0, looked: 1 }, random);
    expect(categories(found)).toEqual(['a', 'new2', 'new2', 'a', 'a', '', 'b']);
  });

  it('buy what is new to them, with the looks of that day, when they buy nothing twice', () => {
    const found = wandered(actions, { bought: 1, looked: 0 }, random);
    expect(categories(found)).toEqual(['a', 'a', 'a', 'new3', 'new3', '', 'b']);
  });

  it('change in nothing but the category', () => {
    const found = wandered(actions, { bought: 0.5, looked: 0.5 }, random);
    expect(found.map(({ type, at }) => ({ type, at }))).toEqual(actions.map(({ type, at }) => ({ type, at })));
  });
});
