import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Action } from '../../../core/actions/action.ts';
import { buyingDays, DEMAND_DAYS } from '../../../core/demand/buying-days.ts';
import { type DemandErrors, NOTHING, USUAL_ERRORS } from '../../../core/demand/errors.ts';
import { unitsCount } from '../../../core/demand/intervals.ts';
import { outlookOf } from '../../../core/demand/outlook.ts';
import { createPastDemand, FEWEST_USERS, type PastDemand } from '../../../core/demand/past.ts';
import { addSums, createDemandBuilder, emptySums, packSums, unpackSums } from '../../../core/demand/sums.ts';
import { HORIZONS } from '../../../core/model/contract.ts';
import type { ObjectStore } from '../../../core/ports/objects.ts';
import { within } from '../../../core/scores.ts';
import { userDaysOf } from '../../../core/shop-statistics.ts';
import { zoneOf } from '../../../core/time.ts';
import { getDemand, putDemand } from '../../../functions/runs/demand-files.ts';

const DAY = '2026-03-10';
const zone = zoneOf('UTC');
const NEVER = { after: new Array(29).fill(0), weekday: new Array(7).fill(1) };
const ERRORS = { day: 0.02, lasting: 0.02, category: 0.04 };

const hazards = fc
  .array(fc.double({ min: 0, max: 0.4, noNaN: true }), { minLength: 90, maxLength: 90 })
  .map((daily) => Float64Array.from([0, ...daily.map((_, t) => daily.slice(0, t + 1).reduce((a, b) => a + b, 0))]));
const shares = fc.uniqueArray(fc.constantFrom('shoes', 'hats', 'coats', ''), { maxLength: 3 }).chain((names) =>
  fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: names.length, maxLength: names.length }).map((p) =>
    names.map((text, i) => ({
      text,
      p:
        p[i]! /
        Math.max(
          1,
          p.reduce((a, b) => a + b, 0),
        ),
    })),
  ),
);
const users = fc.array(fc.tuple(hazards, shares), { maxLength: 6 });
const total = (list: Iterable<number>) => [...list].reduce((sum, value) => sum + value, 0);

const past: PastDemand = {
  after: Array.from({ length: 29 }, (_, lag) => 0.1 / (lag + 1)),
  weekday: [0.5, 1, 1, 1, 1, 2, 0.5],
  unknown: Array.from({ length: 30 }, (_, lead) => 0.2 + 0.01 * lead),
  categories: [
    { name: 'shoes', share: 0.6, units: 1.5, unitsVariance: 0.4 },
    { name: 'socks', share: 0.3, units: 4, unitsVariance: 3 },
    { name: '~other', share: 0.1, units: 2, unitsVariance: 1 },
  ],
  quantityKnown: true,
  swing: NOTHING,
};

describe("a user's buying days", () => {
  test('are those of the first purchase where nobody buys again', () => {
    fc.assert(
      fc.property(hazards, (cumulative) => {
        const p = buyingDays(cumulative, NEVER, DAY);
        for (const horizon of HORIZONS)
          expect(total(p.subarray(0, horizon))).toBeCloseTo(within(cumulative, horizon), 9);
      }),
    );
  });

  test('begin with the score of one day, and never promise fewer buyers than the scores of more', () => {
    fc.assert(
      fc.property(hazards, (cumulative) => {
        const p = buyingDays(cumulative, past, DAY);
        expect(p[0]).toBeCloseTo(within(cumulative, 1), 12);
        for (const horizon of HORIZONS)
          expect(total(p.subarray(0, horizon))).toBeGreaterThan(within(cumulative, horizon) - 1e-9);
        for (const one of p) expect(one >= 0 && one <= 1).toBe(true);
      }),
    );
  });

  test('of one who surely buys today and then as the shop does', () => {
    const surely = Float64Array.from({ length: 91 }, (_, t) => (t === 0 ? 0 : 50));
    // 2026-03-10 is a Tuesday: a day later is usual, five days later is a Sunday of half the buyers.
    const p = buyingDays(surely, past, DAY);
    expect([p[0], p[1], p[5]]).toEqual([1, 0.1, expect.closeTo((0.1 / 5) * 0.5, 12)]);
  });
});

describe('sums of demand', () => {
  const sumsOf = (list: readonly [Float64Array, { text: string; p: number }[]][]) => {
    const builder = createDemandBuilder(DAY, past);
    for (const [cumulative, categories] of list) builder.add(cumulative, categories);
    return builder.sums;
  };

  test('hold each user once: own categories and what is bought elsewhere add up to all', () => {
    fc.assert(
      fc.property(users, (list) => {
        const { total: all, elsewhere, categories, within: bought } = sumsOf(list);
        expect(all.users).toBe(list.length);
        for (let day = 0; day < DEMAND_DAYS; day++) {
          const own = total([...categories.values()].map(({ mean }) => mean[day]!));
          expect(own + elsewhere.mean[day]!).toBeCloseTo(all.mean[day]!, 9);
        }
        for (const [h, horizon] of HORIZONS.entries())
          expect(bought.mean[h]).toBeCloseTo(total(list.map(([cumulative]) => within(cumulative, horizon))), 9);
      }),
    );
  });

  test('come back from bytes as they were, and add up over shards', () => {
    fc.assert(
      fc.property(users, users, (one, two) => {
        const [a, b] = [sumsOf(one), sumsOf(two)];
        expect(unpackSums(packSums(a))).toEqual(a);
        const both = emptySums();
        addSums(both, unpackSums(packSums(a)));
        addSums(both, unpackSums(packSums(b)));
        const whole = sumsOf([...one, ...two]);
        expect(new Set(both.categories.keys())).toEqual(new Set(whole.categories.keys()));
        expect(both.total.users).toBe(whole.total.users);
        for (let day = 0; day < DEMAND_DAYS; day++) expect(both.total.mean[day]).toBeCloseTo(whole.total.mean[day]!, 9);
      }),
    );
    expect(() => unpackSums(new TextEncoder().encode('{"format":1,"names":[]}\nx'))).toThrow(RangeError);
  });

  test('make series whose categories add up to the whole shop, day by day, in buyers and in units', () => {
    fc.assert(
      fc.property(users, (list) => {
        const outlook = outlookOf(DAY, sumsOf(list), past, ERRORS);
        const [shop, fresh, ...categories] = outlook.series;
        expect([shop!.category, fresh!.category]).toEqual([null, '~new']);
        for (let day = 0; day < DEMAND_DAYS; day++)
          expect(total(categories.map(({ mean }) => mean[day]!))).toBeCloseTo(shop!.mean[day]!, 9);
        const units = (series: (typeof categories)[number]) => unitsCount(series, ERRORS, DEMAND_DAYS).mean;
        expect(total(categories.map(units))).toBeCloseTo(units(shop!), 6);
        const other = categories.findIndex(({ category }) => category === '~other');
        expect([-1, categories.length - 1]).toContain(other);
      }),
    );
  });

  test('name no category that fewer than five users stand behind', () => {
    const cumulative = Float64Array.from({ length: 91 }, (_, t) => t / 50);
    const namedBy = (count: number) => {
      const list = Array.from({ length: count }, () => [cumulative, [{ text: 'jane@example.com', p: 0.5 }]] as const);
      const { series } = outlookOf(DAY, sumsOf(list.map(([c, l]) => [c, [...l]])), past, ERRORS);
      return series.map(({ category }) => category);
    };
    expect(namedBy(FEWEST_USERS - 1)).toEqual([null, '~new', 'shoes', 'socks', '~other']);
    expect(namedBy(FEWEST_USERS)).toContain('jane@example.com');
  });
});

describe('the past of a shop', () => {
  const at = (daysAgo: number, hour = 12) => Date.parse(`${DAY}T00:00:00Z`) - daysAgo * 86_400_000 + hour * 3_600_000;
  let ids = 0;
  const act = (word: string, daysAgo: number, quantity?: number): Action => ({
    word,
    at: at(daysAgo),
    id: String(ids++),
    ...(quantity !== undefined && { quantity }),
  });
  const pastOf = (histories: Action[][], scale = 1) => {
    const tally = createPastDemand(DAY, zone);
    for (const actions of histories) tally.add(actions, userDaysOf(actions, zone));
    return tally.past(scale);
  };
  /** Known since long ago, buys every seven days. */
  const weekly = (phase: number) => [
    act('view:shoes', 130),
    ...Array.from({ length: 12 }, (_, week) => act('purchase:shoes', 84 - 7 * week + phase, 2)),
  ];

  test('tells when users buy again', () => {
    const { after } = pastOf(Array.from({ length: 200 }, (_, user) => weekly(user % 7)));
    expect(after[6]).toBeGreaterThan(0.8);
    expect(after[13]).toBeGreaterThan(0.8);
    for (const lag of [1, 3, 5, 10]) expect(after[lag - 1]).toBeLessThan(0.1);
  });

  test('tells categories by the days they were bought on, with their units', () => {
    const { categories, quantityKnown } = pastOf(
      Array.from({ length: 40 }, (_, user) => [act('view', 130), act(user < 30 ? 'purchase:a' : 'purchase:b', 5, 3)]),
    );
    expect(categories).toEqual([
      { name: 'a', share: 0.75, units: expect.closeTo(3, 0), unitsVariance: expect.closeTo(0, 0) },
      { name: 'b', share: 0.25, units: expect.closeTo(3, 0), unitsVariance: expect.closeTo(0, 0) },
    ]);
    expect(quantityKnown).toBe(true);
    const mixed = pastOf(Array.from({ length: 400 }, (_, user) => [act(`purchase:a${user}`, 5), act('purchase:b', 5)]));
    expect(mixed.quantityKnown).toBe(false);
    expect(mixed.categories.map(({ name, share }) => [name, share])).toEqual([
      ['b', 0.5],
      ['~other', 0.5],
    ]);
    expect(mixed.categories[0]!.units).toBeCloseTo(2, 1);
  });

  test('tells how many buyers a run so many days before did not know', () => {
    const newcomer = [act('view', 6), act('purchase', 3)];
    const returned = [act('view', 110), act('purchase', 10)];
    const { unknown } = pastOf([weekly(0), newcomer, returned], 2);
    // The newcomer was there three days before; one who was silent for 100 days was forgotten 9 days before.
    expect(unknown[0]).toBeCloseTo((2 * 1) / 28);
    expect(unknown[2]).toBeCloseTo((2 * 1) / 28);
    expect(unknown[3]).toBeCloseTo((2 * 2) / 28);
    expect(unknown[9]).toBeCloseTo((2 * 2) / 28);
    expect(unknown[10]).toBeCloseTo((2 * 1) / 28);
  });

  test('tells nothing of an empty shop, and demand is nothing then', () => {
    const empty = pastOf([]);
    expect(empty.unknown).toEqual(new Array(30).fill(0));
    const { series } = outlookOf(DAY, emptySums(), empty, ERRORS);
    expect(series.map(({ mean }) => total(mean))).toEqual([0, 0]);
  });
});

test('demand that was stored before lasting errors were told apart has the usual one', async () => {
  const files = new Map<string, Uint8Array>();
  const objects = {
    put: async (name: string, bytes: Uint8Array) => void files.set(name, bytes),
    get: async (name: string) => files.get(name),
  } as unknown as ObjectStore;
  const outlook = outlookOf(DAY, emptySums(), past, ERRORS);
  const { lasting: _, ...before } = ERRORS;
  await putDemand(objects, { ...outlook, errors: before as DemandErrors });
  expect((await getDemand(objects, DAY))!.errors).toEqual({ ...before, lasting: USUAL_ERRORS.lasting });
  await putDemand(objects, outlook);
  expect(await getDemand(objects, DAY)).toEqual(outlook);
});
