/**
 * How far demand was off on past days, beyond what chance does to users who decide on their own: a day on which all buy
 * more is not in any user's probability. Told as a relative variance, drawn towards what shops usually show by how
 * little the past days tell.
 */

export interface DemandErrors {
  /** Relative variance of a day. A quarter of it lasts over all days of a forecast, the rest is the day's own. */
  day: number;
  /** What a category's days have on top of that, all of them together. */
  category: number;
}

/** A day, or some days together, of a past forecast. */
export interface BackDays {
  expected: number;
  /** Of the count, by chance alone. */
  variance: number;
  actual: number;
}

/** Past days that were forecast in one way. */
export interface LookedBack {
  days: readonly BackDays[];
  /** How many of them tell something of their own: forecasts of one day made on several days err together. */
  distinct: number;
}

/** A fifth of a day's buyers, give or take. */
const USUAL_DAY = { mean: 0.04, spread: 0.02 };
const USUAL_CATEGORY = { mean: 0.04, spread: 0.02 };
/** No shop's days are better known than to a twentieth. */
const SMALLEST = 0.0025;
const LARGEST = 1;
/** Share of the relative variance of a day that all days of a forecast have in common. */
export const LASTING = 0.25;

export const USUAL_ERRORS: DemandErrors = { day: USUAL_DAY.mean, category: USUAL_CATEGORY.mean };

/**
 * @param shop days of the whole shop, in as many ways as there are
 * @param categories each over some days of one forecast
 */
export function errorsOf(shop: readonly LookedBack[], categories: LookedBack): DemandErrors {
  const day = drawn(shop, USUAL_DAY, 0);
  return { day, category: drawn([categories], USUAL_CATEGORY, day * LASTING) };
}

/**
 * Each day estimates the relative variance by ((actual − expected)² − variance) / expected², whose own variance is about
 * 2 (variance / expected² + e)².
 * @param known a part of it that is known
 */
function drawn(looked: readonly LookedBack[], usual: { mean: number; spread: number }, known: number): number {
  let weights = 1 / usual.spread ** 2;
  let sum = weights * usual.mean;
  for (const { days, distinct } of looked)
    for (const { expected, variance, actual } of days) {
      if (!(expected > 0)) continue;
      const square = expected * expected;
      const weight = distinct / days.length / (2 * (variance / square + usual.mean + known) ** 2);
      weights += weight;
      // One wild day is one wild day.
      sum += weight * Math.min(LARGEST, ((actual - expected) ** 2 - variance) / square - known);
    }
  return Math.min(LARGEST, Math.max(SMALLEST, sum / weights));
}
