/** What a shop is expected to buy: the series of a day's run, with what their intervals are made of. */
import { HORIZONS } from '../model/contract.ts';
import type { Day } from '../time.ts';
import { DEMAND_DAYS } from './buying-days.ts';
import type { DemandErrors } from './errors.ts';
import { FEWEST_USERS, OTHER, type PastCategory, type PastDemand } from './past.ts';
import { addSum, type DemandSums, emptySum, type Sum } from './sums.ts';

/** Buyers whom no run can know before they come. */
export const NEW = '~new';
/** Categories that stand for themselves. */
const NAMED = 200;
/** How far the rate of new buyers changes within a month: a relative variance. */
const NEW_CHANGES = 0.04;

export interface DemandOutlook {
  from: Day;
  /** Users whose probabilities were added up. */
  users: number;
  errors: DemandErrors;
  quantityKnown: boolean;
  /** By horizon: users who buy at least once. */
  within: { mean: number[]; variance: number[] };
  /** Known users of the whole shop (null), new buyers (~new), then the categories, most expected first. */
  series: DemandSeries[];
}

export interface DemandSeries {
  category: string | null;
  /** Expected buyers by day. */
  mean: number[];
  /** Variance of each day by chance alone. */
  variance: number[];
  /** Relative variance that all days share, on top of that of the whole shop. */
  error: number;
  /** Units of a buyer's day, and their variance. */
  units: number;
  unitsVariance: number;
}

export function outlookOf(from: Day, sums: DemandSums, past: PastDemand, errors: DemandErrors): DemandOutlook {
  const categories = categoriesOf(sums, past, errors);
  return {
    from,
    users: sums.total.users,
    errors,
    quantityKnown: past.quantityKnown,
    within: {
      mean: [...sums.within.mean],
      variance: HORIZONS.map((_, h) => sums.within.mean[h]! - sums.within.squares[h]!),
    },
    series: [
      { category: null, ...daysOf(sums.total), error: 0, ...unitsOf(categories) },
      newBuyers(past, unitsOf(past.categories.map((each) => ({ ...each, weight: each.share })))),
      ...categories.map(({ weight: _, ...series }) => series),
    ],
  };
}

/** Own categories as they are; purchases elsewhere as the shop's are spread; what is small or one user's own together. */
function categoriesOf(sums: DemandSums, past: PastDemand, errors: DemandErrors) {
  const sold = new Map(past.categories.map((category) => [category.name, category]));
  const usual = sold.get(OTHER) ?? past.categories.at(-1)!;
  const whole = new Map<string, Sum>();
  const sumOf = (name: string) => {
    const known = whole.get(name) ?? emptySum();
    whole.set(name, known);
    return known;
  };
  for (const [name, own] of sums.categories) {
    // A user's own list may name what the user alone knows.
    addSum(sumOf(own.users >= FEWEST_USERS || sold.has(name) ? name : OTHER), own);
  }
  for (const { name, share } of past.categories) addSum(sumOf(name), spread(sums.elsewhere, share));
  const ranked = [...whole]
    .map(([name, sum]) => ({ name, sum, weight: sum.mean.reduce((total, mean) => total + mean, 0) }))
    .filter(({ name, weight }) => weight > 0 || name !== OTHER)
    .sort((a, b) => b.weight - a.weight || (a.name < b.name ? -1 : 1));
  const named = ranked.filter(({ name }) => name !== OTHER).slice(0, NAMED);
  const rest = ranked.filter((each) => !named.includes(each));
  const other = rest.length > 0 ? [{ name: OTHER, ...together(rest), parts: partsOf(rest) }] : [];
  return [...named.map((each) => ({ ...each, parts: 1 })), ...other].map(({ name, sum, weight, parts }) => {
    const { units, unitsVariance } = sold.get(name) ?? usual;
    return { category: name, ...daysOf(sum), error: errors.category / parts, units, unitsVariance, weight };
  });
}

/** As how many equal categories these err. */
function partsOf(list: readonly { weight: number }[]): number {
  const total = list.reduce((sum, { weight }) => sum + weight, 0);
  return Math.max(1, total ** 2 / list.reduce((sum, { weight }) => sum + weight ** 2, 0) || 1);
}

function together(list: readonly { sum: Sum; weight: number }[]): { sum: Sum; weight: number } {
  const sum = emptySum();
  let weight = 0;
  for (const each of list) {
    addSum(sum, each.sum);
    weight += each.weight;
  }
  return { sum, weight };
}

function spread({ users, mean, squares }: Sum, share: number): Sum {
  return { users, mean: mean.map((value) => value * share), squares: squares.map((value) => value * share * share) };
}

function daysOf({ mean, squares }: Sum): { mean: number[]; variance: number[] } {
  return { mean: [...mean], variance: Array.from(mean, (value, day) => Math.max(0, value - squares[day]!)) };
}

function newBuyers(past: PastDemand, units: { units: number; unitsVariance: number }): DemandSeries {
  const mean = past.unknown.slice(0, DEMAND_DAYS);
  return { category: NEW, mean, variance: mean, error: NEW_CHANGES, ...units };
}

/** Of a mixture of categories. */
function unitsOf(parts: readonly (Pick<PastCategory, 'units' | 'unitsVariance'> & { weight: number })[]): {
  units: number;
  unitsVariance: number;
} {
  const total = parts.reduce((sum, { weight }) => sum + weight, 0);
  if (!(total > 0)) return { units: 1, unitsVariance: 0 };
  let mean = 0;
  let square = 0;
  for (const { units, unitsVariance, weight } of parts) {
    mean += (weight / total) * units;
    square += (weight / total) * (unitsVariance + units * units);
  }
  return { units: mean, unitsVariance: Math.max(0, square - mean * mean) };
}
