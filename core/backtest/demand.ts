/** How good forecasts of demand were: whether intervals held, and the error against forecasts without a model. */
import type { Count } from '../demand/counts.ts';
import { dayCount, daysCount, type Interval, intervalOf, unitsCount } from '../demand/intervals.ts';
import { type DemandOutlook, type DemandSeries, NEW } from '../demand/outlook.ts';
import { OTHER } from '../demand/past.ts';
import { type Day, dayNumber } from '../time.ts';
import { averageBefore, type Basket, type Bought, boughtFrom, weekBefore } from './baskets.ts';

/** Lengths of the windows judged, in days from the origin on. */
export const WINDOWS = [3, 7, 14, 30] as const;
/** Days judged apart: the first week, and the rest of the month. */
export const LEADS = [
  { from: 1, to: 7 },
  { from: 8, to: 30 },
] as const;
/** A category is judged at an origin that expects so many buyers of it, over all days judged. */
const ENOUGH = 10;
/** All categories that are judged, together: each a case of its own. */
export const CATEGORIES = '~categories';

/** One thing forecast: the buyers of a day, or buyers or units of some days together. */
export interface DemandCase extends Interval {
  series: string | null;
  origin: Day;
  measure: 'buyers' | 'units';
  /** The first day, 1 for the origin's own, and the number of days. */
  lead: number;
  days: number;
  actual: number;
  /** Of the same weekday of the week before, and the mean of the four weeks before. */
  weekBefore: number;
  average: number;
}

/** Cases of a kind together. */
export interface DemandResult {
  /** null: known users of the whole shop; ~new; ~categories: all that are judged; or a category. */
  series: string | null;
  measure: DemandCase['measure'];
  /** Single days of these leads, or the first so many days together. */
  of: { from: number; to: number } | { window: number };
  n: number;
  expected: number;
  actual: number;
  /** Share of the cases inside the intervals. */
  held80: number;
  held95: number;
  /** Mean absolute error, and the sum of the errors against the sum of what came. */
  mae: Record<Forecaster, number>;
  wape: Record<Forecaster, number>;
}

export const FORECASTERS = ['ours', 'weekBefore', 'average'] as const;
export type Forecaster = (typeof FORECASTERS)[number];

export interface DemandLog {
  baskets: readonly Basket[];
  /** Users are known for so many days after their last action. */
  activeDays: number;
  firstDay: Day;
  /** Last day whose purchases count. */
  end: Day;
}

/** Every case of an origin whose outcome is known. Nothing of the origin's day or later is in what it is compared with. */
export function demandCases(outlook: DemandOutlook, { baskets, activeDays, firstDay, end }: DemandLog): DemandCase[] {
  const origin = dayNumber(outlook.from);
  const known = Math.min(outlook.series[0]!.mean.length, dayNumber(end) - origin + 1);
  const came = boughtFrom(baskets, origin, activeDays);
  const before = weekBefore(baskets, origin, activeDays);
  const mean = averageBefore(baskets, origin, activeDays, dayNumber(firstDay));
  return outlook.series
    .filter((series) => isJudged(series, known))
    .flatMap((series) => {
      const make = (measure: DemandCase['measure'], lead: number, days: number, count: Count): DemandCase => {
        const of = (bought: ReadonlyMap<string | null, Bought>) =>
          sum(bought.get(series.category)?.[measure].subarray(lead - 1, lead - 1 + days) ?? []);
        return {
          ...{ series: series.category, origin: outlook.from, measure, lead, days },
          ...intervalOf(count),
          ...{ actual: of(came), weekBefore: of(before), average: of(mean) },
        };
      };
      const single = Array.from({ length: known }, (_, day) =>
        make('buyers', day + 1, 1, dayCount(series, outlook.errors, day)),
      );
      const windows = WINDOWS.filter((days) => days <= known).flatMap((days) => [
        make('buyers', 1, days, daysCount(series, outlook.errors, days)),
        make('units', 1, days, unitsCount(series, outlook.errors, days)),
      ]);
      return [...single, ...windows];
    });
}

function isJudged({ category, mean }: DemandSeries, days: number): boolean {
  return category === null || category === NEW || (category !== OTHER && sum(mean.slice(0, days)) >= ENOUGH);
}

/** Known users, new buyers, all categories judged together, then each of them, most bought first. */
export function demandResults(cases: readonly DemandCase[]): DemandResult[] {
  const categories = cases.filter(({ series }) => series !== null && series !== NEW);
  const bought = (list: readonly DemandCase[]) =>
    sum(list.filter(({ days }) => days === 1).map(({ actual }) => actual));
  const each = [...Map.groupBy(categories, ({ series }) => series)].sort(([, a], [, b]) => bought(b) - bought(a));
  const groups: [string | null, DemandCase[]][] = [
    [null, cases.filter(({ series }) => series === null)],
    [NEW, cases.filter(({ series }) => series === NEW)],
    [CATEGORIES, categories],
    ...each,
  ];
  return groups
    .flatMap(([series, own]) => [
      ...LEADS.map((of) =>
        resultOf(
          series,
          'buyers',
          of,
          own.filter(({ days, lead }) => days === 1 && lead >= of.from && lead <= of.to),
        ),
      ),
      ...WINDOWS.flatMap((window) =>
        (['buyers', 'units'] as const).map((measure) =>
          resultOf(
            series,
            measure,
            { window },
            own.filter((one) => one.days === window && one.measure === measure),
          ),
        ),
      ),
    ])
    .filter(({ n }) => n > 0);
}

function resultOf(
  series: string | null,
  measure: DemandCase['measure'],
  of: DemandResult['of'],
  cases: readonly DemandCase[],
): DemandResult {
  const n = cases.length;
  const total = (value: (one: DemandCase) => number) => sum(cases.map(value));
  const held = (low: 'low80' | 'low95', high: 'high80' | 'high95') =>
    total((one) => (one.actual >= one[low] && one.actual <= one[high] ? 1 : 0)) / n;
  const error: Record<Forecaster, number> = {
    ours: total(({ expected, actual }) => Math.abs(expected - actual)),
    weekBefore: total((one) => Math.abs(one.weekBefore - one.actual)),
    average: total((one) => Math.abs(one.average - one.actual)),
  };
  const actual = total((one) => one.actual);
  const over = (by: number) =>
    Object.fromEntries(FORECASTERS.map((name) => [name, error[name] / by])) as Record<Forecaster, number>;
  return {
    ...{ series, measure, of, n, expected: total(({ expected }) => expected), actual },
    ...{ held80: held('low80', 'high80'), held95: held('low95', 'high95'), mae: over(n), wape: over(actual) },
  };
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
