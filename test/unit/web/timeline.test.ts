import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ACTION_TYPES, wordOf } from '../../../core/actions/action.ts';
import { groupByDay } from '../../../web/timeline.ts';
import { readWord } from '../../../web/words.ts';

const action = fc.record({
  word: fc.constantFrom('view:shoes', 'search:nike', 'purchase:shoes'),
  at: fc.integer({ min: 1_700_000_000_000, max: 1_701_000_000_000 }),
});
const newestFirst = fc.array(action).map((actions) => actions.sort((a, b) => b.at - a.at));

describe('the timeline', () => {
  test('begins a day where the shop does, not where UTC does', () => {
    const actions = [
      { word: 'view:shoes', at: '2026-11-20T23:30:00Z' },
      { word: 'view:shoes', at: '2026-11-20T22:30:00Z' },
    ];
    expect(groupByDay(actions, 'Europe/Berlin').map(({ day }) => day)).toEqual(['2026-11-21', '2026-11-20']);
    expect(groupByDay(actions, 'UTC').map(({ day }) => day)).toEqual(['2026-11-20']);
  });

  test('counts repeats in a row as one entry, at the time of the newest', () => {
    const at = ['10:04', '10:03', '10:02', '10:01'].map((time) => `2026-11-20T${time}:00Z`);
    const words = ['view:shoes', 'view:shoes', 'search:nike', 'view:shoes'];
    const [day] = groupByDay(
      words.map((word, index) => ({ word, at: at[index]! })),
      'UTC',
    );
    expect(day?.entries).toEqual([
      { word: 'view:shoes', at: at[0], count: 2 },
      { word: 'search:nike', at: at[2], count: 1 },
      { word: 'view:shoes', at: at[3], count: 1 },
    ]);
  });

  test('loses no action', () => {
    fc.assert(
      fc.property(newestFirst, (actions) => {
        const days = groupByDay(actions, 'America/New_York');
        const shown = days.flatMap(({ entries }) => entries).reduce((sum, { count }) => sum + count, 0);
        expect(shown).toBe(actions.length);
        expect(days.reduce((sum, day) => sum + day.actions, 0)).toBe(actions.length);
        expect(new Set(days.map(({ day }) => day)).size).toBe(days.length);
      }),
    );
  });
});

describe('an action word', () => {
  test.each(ACTION_TYPES)('of type %s reads as a sentence, done or to come', (type) => {
    expect(readWord(wordOf(type, 'shoes/running')).category).toBe('shoes/running');
    expect(readWord(wordOf(type, undefined), 'may').verb).not.toBe(type);
  });
});
