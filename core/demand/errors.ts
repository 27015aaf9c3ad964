/**
 * How far demand was off on past days, beyond what chance does to users who decide on their own: a day on which all buy
 * more is not in any user's probability. Told as a relative variance, drawn towards what shops usually show by how
 * little the past days tell.
 */

export interface DemandErrors {
  /** Relative variance of a day's own, which evens out over days. */
  day: number;
  /** Relative variance that all days of a forecast share: its level was off, as in a season or a promotion. */
  lasting: number;
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

export const NOTHING: LookedBack = { days: [], distinct: 0 };

/**
 * What shops show of a day, of a week's days together, and of a category. The first two are those under which simulated
 * shops of the whole family were least surprising; nearly all of it lasts.
 */
const USUAL_DAY = { mean: 0.04, spread: 0.02 };
const USUAL_WEEK = { mean: 0.036, spread: 0.03 };
const USUAL_CATEGORY = { mean: 0.04, spread: 0.02 };
/** No shop's days are better known than to a twentieth. */
const SMALLEST = 0.0025;
const LARGEST = 1;
export const WEEK = 7;

export const USUAL_ERRORS: DemandErrors = { ...apart(USUAL_DAY.mean, USUAL_WEEK.mean), category: USUAL_CATEGORY.mean };

/**
 * @param days of the whole shop, in as many ways as there are
 * @param weeks of the whole shop: the days of a week together
 * @param categories each over some days of one forecast
 */
export function errorsOf(days: readonly LookedBack[], weeks: LookedBack, categories: LookedBack): DemandErrors {
  const shop = apart(drawn(days, USUAL_DAY, 0), drawn([weeks], USUAL_WEEK, 0));
  return { ...shop, category: drawn([categories], USUAL_CATEGORY, shop.lasting) };
}

/** A day's variance is own + lasting, that of a week's days together own / 7 + lasting. */
function apart(day: number, week: number): { day: number; lasting: number } {
  const lasting = Math.max(0, (week - day / WEEK) / (1 - 1 / WEEK));
  return { day: Math.max(0, day - lasting), lasting };
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
