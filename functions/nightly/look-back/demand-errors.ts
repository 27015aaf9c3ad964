/** How far demand would have been off on the past days that a look back knows the outcome of. */
import { type Correction, correct } from '../../../core/corrections.ts';
import { type Again, DEMAND_DAYS } from '../../../core/demand/buying-days.ts';
import { type BackDays, type DemandErrors, errorsOf, WEEK } from '../../../core/demand/errors.ts';
import { OTHER, type PastDemand } from '../../../core/demand/past.ts';
import { createDemandBuilder, type DemandSums, type Sum } from '../../../core/demand/sums.ts';
import { dayNumber } from '../../../core/time.ts';
import type { LookBack, PastOrigin, PastUser, Purchase } from './past-forecasts.ts';

/** A category is held against its buyers over so many days, twice the distance of two origins. */
const CATEGORY_DAYS = 14;
const OVERLAP = 2;
/** Fewer expected buyers than this say nothing of a category. */
const FEWEST = 2;

export function demandErrorsOf(
  { origins, users }: LookBack,
  correction: Correction,
  past: Again & Pick<PastDemand, 'categories' | 'swing'>,
): DemandErrors {
  const days: BackDays[] = [];
  const weeks: BackDays[] = [];
  const categories: BackDays[] = [];
  for (const origin of origins) {
    const { sums } = createDemandBuilderFor(origin, correction, past);
    const bought = boughtIn(origin, users);
    const from = days.length;
    for (let day = 0; day < Math.min(origin.known, DEMAND_DAYS); day++) {
      const mean = sums.total.mean[day]!;
      days.push({ expected: mean, variance: mean - sums.total.squares[day]!, actual: bought.days[day]! });
    }
    weeks.push(...weeksOf(days.slice(from)));
    if (origin.known < CATEGORY_DAYS) continue;
    for (const { name, share } of past.categories) {
      if (name === OTHER) continue;
      const expected = windowOf(sums, name, share);
      if (expected.mean < FEWEST) continue;
      categories.push({
        expected: expected.mean,
        variance: expected.variance,
        actual: bought.categories.get(name) ?? 0,
      });
    }
  }
  // Windows of weekly origins overlap: all together they see the days since the oldest one.
  const seen = origins.reduce((most, { known }) => Math.max(most, known), 0);
  return errorsOf(
    [past.swing, { days, distinct: Math.min(seen, days.length) }],
    { days: weeks, distinct: Math.min(seen / WEEK, weeks.length) },
    { days: categories, distinct: categories.length / OVERLAP },
  );
}

/** The whole weeks of a forecast's days. */
function weeksOf(days: readonly BackDays[]): BackDays[] {
  return Array.from({ length: Math.floor(days.length / WEEK) }, (_, week) => {
    const own = days.slice(WEEK * week, WEEK * (week + 1));
    const over = (of: (day: BackDays) => number) => own.reduce((sum, day) => sum + of(day), 0);
    return {
      expected: over((day) => day.expected),
      variance: over((day) => day.variance),
      actual: over((day) => day.actual),
    };
  });
}

function createDemandBuilderFor(origin: PastOrigin, correction: Correction, past: Again) {
  const builder = createDemandBuilder(origin.day, past);
  for (const { cumulative, categories } of origin.cases) builder.add(correct(cumulative, correction), categories);
  return builder;
}

/** A category's buyers within its window: of those who know it, and its share of what is bought elsewhere. */
function windowOf({ categories, elsewhere }: DemandSums, name: string, share: number) {
  const own = categories.get(name);
  const over = (values: Sum['mean'] | undefined) =>
    values?.subarray(0, CATEGORY_DAYS).reduce((sum, value) => sum + value, 0) ?? 0;
  const mean = over(own?.mean) + share * over(elsewhere.mean);
  return { mean, variance: mean - over(own?.squares) - share * share * over(elsewhere.squares) };
}

/** Buyers on each day after an origin, and by category within its window; a day in several counts for each in part. */
function boughtIn({ day, cases }: PastOrigin, users: readonly PastUser[]) {
  const from = dayNumber(day);
  const days = new Float64Array(DEMAND_DAYS);
  const categories = new Map<string, number>();
  for (const { user } of cases) {
    const after = users[user]!.purchases.filter((one) => one.day >= from && one.day < from + DEMAND_DAYS);
    for (const [bought, basket] of Map.groupBy(after, (one: Purchase) => one.day)) {
      days[bought - from]!++;
      if (bought >= from + CATEGORY_DAYS) continue;
      const names = new Set(basket.map(({ category }) => category));
      for (const name of names) categories.set(name, (categories.get(name) ?? 0) + 1 / names.size);
    }
  }
  return { days, categories };
}
