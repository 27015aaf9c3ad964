/** Intervals of demand: what chance does to the sum, and how far past days were off. */
import { type Count, countQuantiles } from './counts.ts';
import type { DemandErrors } from './errors.ts';
import type { DemandSeries } from './outlook.ts';

export interface Interval {
  expected: number;
  low80: number;
  high80: number;
  low95: number;
  high95: number;
}

type Series = Pick<DemandSeries, 'mean' | 'variance' | 'error'>;

export function intervalOf(count: Count): Interval {
  const [low95, low80, high80, high95] = countQuantiles(count, [0.025, 0.1, 0.9, 0.975]) as [
    number,
    number,
    number,
    number,
  ];
  return { expected: count.mean, low80, high80, low95, high95 };
}

/** Buyers of a day of a series. */
export function dayCount({ mean, variance, error }: Series, { day: own, lasting }: DemandErrors, day: number): Count {
  const expected = mean[day]!;
  return { mean: expected, variance: variance[day]! + (own + lasting + error) * expected * expected };
}

/** Relative variance of so many days together: what lasts, and what evens out. */
export function errorOver({ day, lasting }: DemandErrors, days: number): number {
  return lasting + day / days;
}

/** Buyers of the first days of a series, a user counted on each day that it buys. */
export function daysCount({ mean, variance, error }: Series, errors: DemandErrors, days: number): Count {
  let expected = 0;
  let chance = 0;
  let squares = 0;
  for (let day = 0; day < days; day++) {
    expected += mean[day]!;
    chance += variance[day]!;
    squares += mean[day]! ** 2;
  }
  return { mean: expected, variance: chance + (errors.lasting + error) * expected * expected + errors.day * squares };
}

/** Units of the first days: a sum of so many numbers of units as there are buyers. */
export function unitsCount(series: DemandSeries, errors: DemandErrors, days: number): Count {
  const { mean, variance } = daysCount(series, errors, days);
  const { units, unitsVariance } = series;
  return { mean: mean * units, variance: mean * unitsVariance + variance * units * units };
}
