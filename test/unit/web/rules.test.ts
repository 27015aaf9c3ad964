import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Condition, Rule } from '../../../core/audiences/rule.ts';
import { type Draft, draftOf, KINDS, readRule, ruleOf, ruleText } from '../../../web/rules.ts';

const condition = fc.constantFrom<Condition>(...Object.values(KINDS).map(({ first }) => first));
const draft: fc.Arbitrary<Draft> = fc.record({
  join: fc.constantFrom('all', 'any'),
  lines: fc.array(fc.record({ condition, not: fc.boolean() }), { minLength: 1 }),
});

describe('the rule builder', () => {
  test('finds in a rule the lines that it was made of', () => {
    fc.assert(
      fc.property(draft, (made) => {
        const again = draftOf(ruleOf(made));
        expect(again).toEqual(made);
      }),
    );
  });

  test('takes a single condition as one line', () => {
    expect(draftOf({ not: { band: ['now'] } })).toEqual({
      join: 'all',
      lines: [{ condition: { band: ['now'] }, not: true }],
    });
  });

  test('leaves alone what is nested deeper than it shows', () => {
    expect(draftOf({ all: [{ any: [{ band: ['now'] }] }] })).toBeUndefined();
    expect(draftOf({ not: { not: { band: ['now'] } } })).toBeUndefined();
  });

  test.each(['', 'null', '[]', '"text"', '{', undefined])('reads no rule from the address %j', (text) => {
    expect(readRule(text)).toBeUndefined();
  });
});

describe('a rule in words', () => {
  test.each<[Rule, string]>([
    [{ band: ['now', 'soon'] }, 'in band Now or Soon'],
    [{ probability: { days: 7, min: 0.1 } }, '10\u202f% or more likely to buy within 7\u00a0days'],
    [{ probability: { days: 1, max: 0.5 } }, 'at most 50\u202f% likely to buy within 1\u00a0day'],
    [{ silence: { min: 3, max: 9 } }, 'silent for 3 to 9 days'],
    [{ silence: {} }, 'silent for any number of days'],
    [{ not: { bought: { days: 14 } } }, 'not bought in the last 14\u00a0days'],
    [
      { all: [{ consent: { marketing: true } }, { stage: ['due', 'lapsing'] }] },
      'agreed to marketing, and due or lapsing',
    ],
    [
      { all: [{ any: [{ band: ['now'] }, { category: { name: 'shoes', min: 0.2 } }] }, { stage: ['new'] }] },
      '(in band Now, or next purchase in shoes, 20\u202f% or more), and new',
    ],
    [{ all: [] }, 'everyone'],
    [{ any: [] }, 'no one'],
  ])('%j', (rule, text) => {
    expect(ruleText(rule)).toBe(text);
  });
});
