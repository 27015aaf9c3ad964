import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isHeldOut } from '../../../core/audiences/audience.ts';
import { findContradiction } from '../../../core/audiences/contradictions.ts';
import { categoriesOf, matches, type Rule } from '../../../core/audiences/rule.ts';
import { subjectOf } from '../../../core/audiences/subjects.ts';
import { createTableBuilder, openTable } from '../../../core/audiences/table.ts';
import type { ScoreRow } from '../../../core/score-rows.ts';
import { faultsOf, rule as ruleSchema } from '../../../functions/audiences/rule-schema.ts';
import { rows, rowWith, ruleArbitrary } from '../../support/score-rows.ts';

/** The rule as a person reads it, written out once more without the subject in between. */
function naive(rule: Rule, row: ScoreRow): boolean {
  const one = rule as Record<string, unknown> &
    Record<'probability' | 'category' | 'silence' | 'bought' | 'consent', never>;
  const [kind] = Object.keys(one);
  const value = one[kind!] as never;
  const inRange = (x: number, { min = -Infinity, max = Infinity }: { min?: number; max?: number }) =>
    min <= x && x <= max;
  switch (kind) {
    case 'all':
      return !(value as Rule[]).some((part) => !naive(part, row));
    case 'any':
      return (value as Rule[]).filter((part) => naive(part, row)).length > 0;
    case 'not':
      return naive(value, row) === false;
    case 'probability':
      return inRange(row[`p_${(value as { days: number }).days}d` as 'p_7d'], value);
    case 'band':
      return (value as string[]).indexOf(row.band) >= 0;
    case 'stage':
      return (value as string[]).indexOf(row.stage) >= 0;
    case 'silence':
      return inRange(row.silence_days, value);
    case 'bought':
      return row.bought_days !== null && row.bought_days <= (value as { days: number }).days;
    case 'consent':
      return row.consent_marketing === (value as { marketing: boolean }).marketing;
    default: {
      const { name, min = 0 } = value as { name: string; min?: number };
      let sum = 0;
      for (const { text, p } of row.next_categories) if (`${text}/`.startsWith(`${name}/`)) sum += p;
      return sum > 0 && sum >= min;
    }
  }
}

function tableOf(all: readonly ScoreRow[], users = all.length) {
  const builder = createTableBuilder(users);
  for (const row of all) builder.add(row);
  return openTable(new Uint8Array(builder.bytes()));
}

describe('a rule', () => {
  test('means what a naive reading of it means', () => {
    fc.assert(
      fc.property(ruleArbitrary, rows, (rule, row) => {
        expect(matches(rule, subjectOf(row))).toBe(naive(rule, row));
      }),
      { numRuns: 500 },
    );
  });

  test('is counted on the table as on the rows, to the last user', () => {
    fc.assert(
      fc.property(ruleArbitrary, fc.array(rows, { maxLength: 30 }), (rule, all) => {
        expect(tableOf(all).count(rule)).toBe(all.filter((row) => naive(rule, row)).length);
      }),
      { numRuns: 200 },
    );
  });

  test('that somebody matches is never called a contradiction', () => {
    fc.assert(
      fc.property(ruleArbitrary, rows, (rule, row) => {
        fc.pre(naive(rule, row));
        expect(findContradiction(rule)).toBeUndefined();
      }),
      { numRuns: 1_000 },
    );
  });

  test('passes its schema and its checks, or is told with a field that it has', () => {
    fc.assert(
      fc.property(ruleArbitrary, (rule) => {
        expect(ruleSchema.safeParse(rule).success).toBe(true);
        for (const { pointer } of faultsOf(rule, '')) {
          const found = pointer
            .split('/')
            .slice(1)
            .reduce<unknown>((at, part) => (at as Record<string, unknown>)?.[part], rule);
          expect(found).toBeDefined();
        }
      }),
      { numRuns: 300 },
    );
  });

  const impossible: [Rule, string, string | undefined][] = [
    [{ all: [{ silence: { max: 3 } }, { silence: { min: 10 } }] }, '/all/1/silence', '/all/0/silence'],
    [
      { all: [{ probability: { days: 3, min: 0.5 } }, { probability: { days: 7, max: 0.3 } }] },
      '/all/1/probability',
      '/all/0/probability',
    ],
    [{ all: [{ band: ['now'] }, { not: { band: ['now', 'soon'] } }] }, '/all/1/not/band', '/all/0/band'],
    [{ all: [{ bought: { days: 7 } }, { not: { bought: { days: 30 } } }] }, '/all/1/not/bought', '/all/0/bought'],
    [{ all: [{ silence: { min: 30 } }, { bought: { days: 7 } }] }, '/all/1/bought', '/all/0/silence'],
    [
      { all: [{ consent: { marketing: true } }, { consent: { marketing: false } }] },
      '/all/1/consent',
      '/all/0/consent',
    ],
    [
      { all: [{ category: { name: 'shoes/running', min: 0.4 } }, { not: { category: { name: 'shoes', min: 0.2 } } }] },
      '/all/1/not/category',
      '/all/0/category',
    ],
    [
      { all: [{ stage: ['new'] }, { any: [{ stage: ['lost'] }, { stage: ['due', 'lapsing'] }] }] },
      '/all/1/any/0/stage',
      '/all/0/stage',
    ],
    [{ all: [{ silence: { min: 4 } }, { not: { silence: { min: 2 } } }] }, '/all/1/not/silence', '/all/0/silence'],
    [{ not: { any: [{ silence: {} }] } }, '/not/any/0/silence', undefined],
  ];
  test.each(impossible)('%j leaves nobody, and says where', (rule, pointer, other) => {
    const found = findContradiction(rule);
    expect(found).toMatchObject({ pointer, ...(other && { other }) });
    expect(faultsOf(rule, '#/rule')[0]?.pointer).toBe(`#/rule${pointer}`);
  });

  const wrong: [unknown, string][] = [
    [undefined, '#/rule'],
    [[], '#/rule'],
    [{}, '#/rule'],
    [{ silence: {}, band: ['now'] }, '#/rule'],
    [{ sillence: {} }, '#/rule/sillence'],
    [{ constructor: {} }, '#/rule/constructor'],
    [{ all: [] }, '#/rule/all'],
    [{ all: [{ silence: { min: -1 } }] }, '#/rule/all/0/silence/min'],
    [{ silence: { min: 5, max: 3 } }, '#/rule/silence/max'],
    [{ silence: { most: 3 } }, '#/rule/silence/most'],
    [{ probability: { days: 5 } }, '#/rule/probability/days'],
    [{ probability: { days: 7, min: 20 } }, '#/rule/probability/min'],
    [{ not: { stage: ['gone'] } }, '#/rule/not/stage/0'],
    [{ consent: { marketing: 'yes' } }, '#/rule/consent/marketing'],
    [{ category: { name: '' } }, '#/rule/category/name'],
    [{ bought: { days: 0 } }, '#/rule/bought/days'],
  ];
  test.each(wrong)('%j is told by its field', (value, pointer) => {
    expect(faultsOf(value, '#/rule')[0]?.pointer).toBe(pointer);
  });

  test('of too many conditions, or nested too deep, is refused', () => {
    const many = { any: [0, 1].map(() => ({ all: Array.from({ length: 20 }, () => ({ silence: { min: 1 } })) })) };
    expect(faultsOf(many, '')[0]?.detail).toMatch(/40 conditions/);
    let deep: unknown = { silence: {} };
    for (let level = 0; level < 10_000; level++) deep = { not: deep };
    expect(faultsOf(deep, '')[0]?.detail).toMatch(/deeper than 8/);
  });

  test('of too many bytes is refused, since those of all audiences are one item of the store', () => {
    const long = { category: { name: 'é'.repeat(128) } };
    expect(faultsOf({ any: Array.from({ length: 5 }, () => long) }, '')).toEqual([]);
    expect(faultsOf({ any: Array.from({ length: 10 }, () => long) }, '#/rule')).toEqual([
      { pointer: '#/rule', detail: 'has 2819 bytes as JSON; a rule has at most 2000' },
    ]);
  });

  test('names its categories and where they stand', () => {
    const rule = { any: [{ category: { name: 'hats' } }, { not: { category: { name: 'shoes' } } }] };
    expect(categoriesOf(rule)).toEqual([
      { name: 'hats', pointer: '/any/0/category/name' },
      { name: 'shoes', pointer: '/any/1/not/category/name' },
    ]);
  });
});

describe('a table of more than 100,000 users', () => {
  test('holds a sample by pseudonym, and knows how many there are', () => {
    const all = Array.from({ length: 400 }, (_, i) =>
      rowWith({ user: ((i * 2 ** 32) / 400).toString(16).split('.')[0]!.padStart(8, '0').padEnd(64, '0') }),
    );
    const table = tableOf(all, 400_000);
    expect(table).toMatchObject({ users: 400_000, length: 100 });
  });
});

describe('the holdout', () => {
  test('holds out about its share, always the same users, others in another audience', () => {
    const users = Array.from({ length: 5_000 }, (_, i) => String(i).padStart(64, '0'));
    const out = (name: string) => users.filter((user) => isHeldOut(user, { name, holdout: 0.2 }));
    const [a, b] = [out('a'), new Set(out('b'))];
    expect(a.length / users.length).toBeGreaterThan(0.18);
    expect(a.length / users.length).toBeLessThan(0.22);
    expect(out('a')).toEqual(a);
    const both = a.filter((user) => b.has(user)).length / users.length;
    expect(both).toBeLessThan(0.06);
    expect(users.some((user) => isHeldOut(user, { name: 'a', holdout: 0 }))).toBe(false);
  });
});
