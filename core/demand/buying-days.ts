/**
 * On which of the next days a user buys. A forecast tells of the first purchase only; who bought may buy again. How
 * often that is, the shop's past tells:
 *
 *     P(buys on day t) = f(t) + w(t) Σ_{s < t} f(s) again(t − s)
 *
 * with f(s) the forecast's probability that the first purchase is on day s, again(k) the share of first purchases since
 * an origin that a purchase followed k days later, and w the shop's weekdays. It is the renewal equation of a process
 * whose first step is the user's own and whose later ones are the shop's: https://en.wikipedia.org/wiki/Renewal_theory
 */
import { within } from '../scores.ts';
import { type Day, dayNumber } from '../time.ts';

export const DEMAND_DAYS = 30;

/** What the shop's past says of purchases after the first one. */
export interface Again {
  /** `after[k − 1]`: share of users who buy k days after their first purchase since an origin, k = 1 … 29. */
  after: number[];
  /** Purchases on each weekday, Monday first, against an even week: 1 is usual. */
  weekday: number[];
}

/** Monday is 0. Day 0, 1970-01-01, was a Thursday. */
export function weekdayOf(day: number): number {
  return (((day + 3) % 7) + 7) % 7;
}

/**
 * @param cumulative corrected, as `core/scores.ts` has it
 * @param day the run's: day 0 of the result
 * @returns P(buys on day t), t = 0 … 29; their first t + 1 add up to at least P(purchase within t + 1 days)
 */
export function buyingDays(cumulative: Float64Array, again: Again, day: Day): Float64Array {
  const today = dayNumber(day);
  const first = new Float64Array(DEMAND_DAYS);
  for (let t = 0; t < DEMAND_DAYS; t++) first[t] = within(cumulative, t + 1) - within(cumulative, t);
  return first.map((p, t) => {
    let repeated = 0;
    for (let s = 0; s < t; s++) repeated += first[s]! * again.after[t - s - 1]!;
    return Math.min(1, Math.max(0, p) + repeated * again.weekday[weekdayOf(today + t)]!);
  });
}
