import { describe, expect, test } from '@jest/globals';
import { demandSection } from '../../../cli/backtest/report/demand.ts';
import type { Metrics } from '../../../cli/backtest/run.ts';
import type { Action } from '../../../core/actions/action.ts';
import { averageBefore, type Basket, basketsOf, boughtFrom, weekBefore } from '../../../core/backtest/baskets.ts';
import { CATEGORIES, type DemandCase, demandCases, demandResults } from '../../../core/backtest/demand.ts';
import { logOf } from '../../../core/backtest/population.ts';
import { IDENTITY } from '../../../core/corrections.ts';
import { DEMAND_DAYS } from '../../../core/demand/buying-days.ts';
import type { DemandErrors } from '../../../core/demand/errors.ts';
import type { DemandOutlook, DemandSeries } from '../../../core/demand/outlook.ts';
import { createRandom } from '../../../core/simulation/random.ts';
import { addDays, dayNumber, zoneOf } from '../../../core/time.ts';

const UTC = zoneOf('UTC');
const ORIGIN = '2026-03-10';
const today = dayNumber(ORIGIN);
const act = (word: string, day: number, quantity?: number): Action => ({
  ...{ word, at: (today + day) * 86_400_000, id: `${word} ${day}` },
  ...(quantity !== undefined && { quantity }),
});
const baskets = basketsOf(
  logOf(
    new Map([
      ['old', [act('view', -120), act('purchase:hats', -3, 2), act('purchase:hats', 1)]],
      ['two', [act('view', -40), act('purchase:hats', -10), act('purchase:shoes', 1, 4), act('purchase:hats', 1)]],
      ['new', [act('view', 1), act('purchase:shoes', 2, 3)]],
    ]),
    UTC,
  ).histories,
  UTC,
);
const first = (values: Float64Array | undefined, count: number) => [...values!.subarray(0, count)];

describe('what was bought', () => {
  test('from an origin on is told apart by who was known then', () => {
    const bought = boughtFrom(baskets, today, 90);
    expect(first(bought.get(null)?.buyers, 3)).toEqual([0, 2, 0]);
    expect(first(bought.get(null)?.units, 3)).toEqual([0, 6, 0]);
    expect(first(bought.get('~new')?.buyers, 3)).toEqual([0, 0, 1]);
    expect(first(bought.get('~new')?.units, 3)).toEqual([0, 0, 3]);
  });

  test('on a day in two categories counts for each in part, and whole in units', () => {
    const bought = boughtFrom(baskets, today, 90);
    expect(bought.get('hats')!.buyers[1]).toBe(1.5);
    expect(bought.get('shoes')!.buyers[1]).toBe(0.5);
    expect([bought.get('hats')!.units[1], bought.get('shoes')!.units[1]]).toEqual([2, 4]);
  });

  test('on the weekday of the week before stands for each of its weekdays, by users known so many days before', () => {
    const bought = weekBefore(baskets, today, 90);
    // Three days ago `old` bought, silent for 117 days before: unknown to runs of the two weeks before.
    expect(bought.get(null)).toBeUndefined();
    expect(first(bought.get('~new')?.buyers, 14)).toEqual([0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0]);
    const all = weekBefore(baskets, today, 120);
    expect(first(all.get(null)?.buyers, 12)).toEqual([0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1]);
  });

  test('in the four weeks before is a mean over them, or over the days that there were', () => {
    const mean = averageBefore(baskets, today, 90, today - 120);
    // `two` was always known. `old`, silent for 117 days, was forgotten but for runs 27 and more days before.
    expect(first(mean.get(null)?.buyers, 30)).toEqual([...new Array(27).fill(1 / 28), ...new Array(3).fill(2 / 28)]);
    expect(mean.get('~new')!.buyers[0]).toBe(1 / 28);
    expect(averageBefore(baskets, today, 90, today - 5).get('~new')!.units[0]).toBe(2 / 5);
  });
});

/** A series of so many buyers a day, each of 1,000 users alike. */
function seriesOf(category: string | null, mean: number): DemandSeries {
  const days = new Array(DEMAND_DAYS).fill(mean);
  return {
    ...{ category, mean: days, variance: days.map((m) => m * (1 - m / 1_000)), error: 0 },
    ...{ units: 1, unitsVariance: 0 },
  };
}

const outlookOf = (series: DemandSeries[], errors: DemandErrors): DemandOutlook => ({
  ...{ from: ORIGIN, users: 1_000, errors, quantityKnown: false, series },
  within: { mean: [], variance: [] },
});
const EXACT = { day: 0, lasting: 0, category: 0 };
const log = { baskets, activeDays: 90, firstDay: addDays(ORIGIN, -120), end: addDays(ORIGIN, 9) };

describe('demand', () => {
  const outlook = outlookOf(
    [seriesOf(null, 2), seriesOf('~new', 0.5), seriesOf('hats', 1), seriesOf('socks', 0.2)],
    EXACT,
  );

  test('is judged over the days whose outcome is known, in categories that are expected often enough', () => {
    const cases = demandCases(outlook, log);
    expect([...new Set(cases.map(({ series }) => series))]).toEqual([null, '~new', 'hats']);
    const known = cases.filter(({ series }) => series === null);
    expect(known.map(({ measure, lead, days }) => `${measure} ${lead} ${days}`)).toEqual([
      ...Array.from({ length: 10 }, (_, day) => `buyers ${day + 1} 1`),
      ...['buyers 1 3', 'units 1 3', 'buyers 1 7', 'units 1 7'],
    ]);
    expect(known.find(({ lead }) => lead === 2)).toMatchObject({
      expected: 2,
      actual: 2,
      weekBefore: 0,
      average: 1 / 28,
    });
    expect(known.find(({ days, measure }) => days === 7 && measure === 'units')).toMatchObject({
      expected: 14,
      actual: 6,
    });
  });

  test('is summed up by kind: errors of each forecaster, and how often intervals held', () => {
    const one = (lead: number, expected: number, actual: number): DemandCase => ({
      ...{ series: null, origin: ORIGIN, measure: 'buyers', lead, days: 1, expected, actual },
      ...{ low80: expected - 2, high80: expected + 2, low95: expected - 4, high95: expected + 4 },
      ...{ weekBefore: actual + 5, average: actual - 1 },
    });
    const [early, late, ...others] = demandResults([one(1, 10, 10), one(2, 10, 13), one(7, 10, 15), one(8, 10, 12)]);
    expect(others).toEqual([]);
    expect(early).toMatchObject({ of: { from: 1, to: 7 }, n: 3, expected: 30, actual: 38 });
    expect([early!.held80, early!.held95]).toEqual([1 / 3, 2 / 3]);
    expect(early!.mae).toEqual({ ours: 8 / 3, weekBefore: 5, average: 1 });
    expect(early!.wape).toEqual({ ours: 8 / 38, weekBefore: 15 / 38, average: 3 / 38 });
    expect(late).toMatchObject({ of: { from: 8, to: 30 }, n: 1, held80: 1 });
  });

  test.each([
    ['of users on their own', 0, 0],
    ['of a shop whose days err', 0.05, 0],
    ['of a shop whose level errs', 0.01, 0.05],
  ])('%s, drawn as its intervals say, is inside them as often as they promise', (_, day, lasting) => {
    const random = createRandom(4);
    const errors = { day, lasting, category: 0 };
    const forecast = outlookOf([seriesOf(null, 60)], errors);
    const known = Int32Array.of(today - 1);
    const cases = Array.from({ length: 300 }, () => {
      const level = Math.sqrt(lasting) * random.normal();
      const drawn: Basket[] = [];
      for (let t = 0; t < DEMAND_DAYS; t++) {
        const p = 0.06 * Math.max(0, 1 + level + Math.sqrt(day) * random.normal());
        for (let user = 0; user < 1_000; user++)
          if (random.chance(p)) drawn.push({ known, day: today + t, units: new Map([['', 1]]) });
      }
      return demandCases(forecast, { ...log, baskets: drawn, end: addDays(ORIGIN, 40) });
    }).flat();
    for (const { of, measure, held80, held95 } of demandResults(cases)) {
      if (measure === 'units') continue;
      // Windows of one draw share its level, and whole counts are held a little more often.
      expect({ of, held: held80 > 0.74 && held80 < 0.88 }).toEqual({ of, held: true });
      expect({ of, held: held95 > 0.91 && held95 < 0.99 }).toEqual({ of, held: true });
    }
  });
});

describe('on the page, demand', () => {
  const errors = { day: 0.01, lasting: 0.02, category: 0.04 };
  const series = [seriesOf(null, 2), seriesOf('~new', 0.5), seriesOf('hats', 1), seriesOf('<b>', 1.5)];
  const sectionOf = (list: DemandSeries[]) => {
    const cases = demandCases(outlookOf(list, errors), log);
    const days = cases.filter((one) => one.series === null && one.days === 1);
    const origins = [{ origin: ORIGIN, users: 1_000, correction: IDENTITY, errors }];
    return demandSection({
      demand: { expectedBuyers: [], forecast: { origins, results: demandResults(cases), days } },
    } as unknown as Metrics);
  };

  test('has a chart of each origin, a row of each length of time and each category, and no number that is none', () => {
    const section = sectionOf(series);
    expect(section.match(/<svg/g)).toHaveLength(1);
    expect(section.match(/class="actual-dot"/g)).toHaveLength(10);
    expect(section).toContain('each of the days 1 to 7');
    expect(section).toContain('units of 7 days together');
    expect(section).toMatch(/<th scope="row">all 2<\/th>/);
    expect(section).toMatch(
      /<th scope="row">hats<\/th><td class="">1<\/td><td class="">7.0<\/td><td class="">1.5<\/td>/,
    );
    expect(section).not.toContain('<b>');
    expect(section).not.toContain(CATEGORIES);
    expect(section).not.toMatch(/NaN|undefined|Infinity/);
  });

  test('says nothing of categories where none is expected often enough', () => {
    expect(sectionOf(series.slice(0, 2))).not.toContain('By category');
  });
});
