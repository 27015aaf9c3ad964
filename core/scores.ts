/** The score of a user on a day: a pure function of a forecast, the day, the correction and θ. */
import { type Correction, correct } from './corrections.ts';
import type { Forecast } from './forecasts.ts';
import { HORIZONS, SILENCE_ROWS } from './model/contract.ts';
import { addDays, type Day, daysBetween } from './time.ts';

export const BANDS = ['now', 'soon', 'later', 'unlikely'] as const;
export type Band = (typeof BANDS)[number];

/** Users are scored this many days after the day of their last action. */
export const ACTIVE_DAYS = 90;
/** A forecast is read for at most this many days after its origin. */
export const FORECAST_DAYS = SILENCE_ROWS - 1;
/** θ is never below this. */
export const MIN_THETA = 0.05;
/** Index in HORIZONS of the 3 days that decide whether a user is in band `now`. */
export const HORIZON_NOW = HORIZONS.indexOf(3);
/** How far the expected date looks. */
export const EXPECTED_DAYS = 90;
/** How far the best window looks, and how long it may be. */
const WINDOW_WITHIN = 30;
const WINDOW_LONGEST = 4;

export interface Score {
  day: Day;
  silenceDays: number;
  /** P(purchase within HORIZONS[i] days from the first instant of `day`). */
  probability: number[];
  /** Median, 10th and 90th percentile of the day of the next purchase, given one within 90 days. */
  expected: { date: Day; low: Day; high: Day; within90d: number };
  bestWindow: { from: Day; to: Day; probability: number };
  band: Band;
}

export interface ScoreInput {
  forecast: Forecast;
  originDay: Day;
  /** 0 to 30 days after the origin's. */
  day: Day;
  lastActionDay: Day;
  correction: Correction;
  theta: number;
}

/**
 * `result[t]` = −ln(1 − P(purchase within t days from the first instant of the day)), corrected, t = 0 … 90.
 * @throws RangeError when the forecast does not reach the day
 */
export function hazardOf({
  forecast,
  originDay,
  day,
  correction,
}: Pick<ScoreInput, 'forecast' | 'originDay' | 'day' | 'correction'>): Float64Array {
  return correct(cumulativeHazard(forecast, daysBetween(originDay, day)), correction);
}

/** @throws RangeError when the forecast does not reach the day */
export function scoreOf(input: ScoreInput): Score {
  return scoreFrom(hazardOf(input), input);
}

/** The score of a corrected cumulative hazard. */
export function scoreFrom(
  cumulative: Float64Array,
  { day, lastActionDay, theta }: Pick<ScoreInput, 'day' | 'lastActionDay' | 'theta'>,
): Score {
  const probability = HORIZONS.map((horizon) => within(cumulative, horizon));
  const quantile = (q: number) => addDays(day, quantileDay(cumulative, q));
  return {
    day,
    silenceDays: silenceDays(lastActionDay, day),
    probability,
    expected: {
      date: quantile(0.5),
      low: quantile(0.1),
      high: quantile(0.9),
      within90d: within(cumulative, EXPECTED_DAYS),
    },
    bestWindow: bestWindow(cumulative, day),
    band: bandOf(probability, theta),
  };
}

/** Whole days between the day of the last action and `day`, both excluded: 0 for yesterday's and today's visitor. */
export function silenceDays(lastActionDay: Day, day: Day): number {
  return Math.max(0, daysBetween(lastActionDay, day) - 1);
}

/** Whether users whose last action was on `lastActionDay` are scored on `day`. */
export function isActive(lastActionDay: Day, day: Day): boolean {
  const days = daysBetween(lastActionDay, day);
  return days >= 1 && days <= ACTIVE_DAYS;
}

export function bandOf(probability: readonly number[], theta: number): Band {
  const [, p3 = 0, p7 = 0, , p30 = 0] = probability;
  if (p3 >= theta) return 'now';
  if (p7 >= theta) return 'soon';
  return p30 >= theta ? 'later' : 'unlikely';
}

/**
 * `result[t]` = −ln(1 − P(purchase within t days)) after `row` more days of silence, t = 0 … 90. Within a bin of
 * several days the hazard is constant.
 * @throws RangeError when the forecast has no such row
 */
export function cumulativeHazard(forecast: Forecast, row: number): Float64Array {
  if (!Number.isInteger(row) || row < 0 || row > FORECAST_DAYS)
    throw new RangeError(`a forecast reaches 0 to ${FORECAST_DAYS} days after its origin, not ${row}`);
  const { edges, intensity } = forecast;
  const bins = edges.length - 1;
  const cumulative = new Float64Array(EXPECTED_DAYS + 1);
  let t = 0;
  for (let bin = 0; bin < bins && t < EXPECTED_DAYS; bin++) {
    const daily = intensity[row * bins + bin]! / (edges[bin + 1]! - edges[bin]!);
    for (; t < edges[bin + 1]! && t < EXPECTED_DAYS; t++) cumulative[t + 1] = cumulative[t]! + daily;
  }
  return cumulative;
}

/** P(purchase within t days) of a cumulative hazard. */
export function within(cumulative: Float64Array, t: number): number {
  return -Math.expm1(-cumulative[t]!);
}

/** Days from `day` to the one on which a share q of the purchases of the next 90 days has happened. */
function quantileDay(cumulative: Float64Array, q: number): number {
  const total = within(cumulative, EXPECTED_DAYS);
  // No hazard at all has no quantiles: what an even spread would say.
  if (total <= 0) return Math.ceil(q * EXPECTED_DAYS) - 1;
  let t = 0;
  while (t < EXPECTED_DAYS - 1 && within(cumulative, t + 1) < q * total) t++;
  return t;
}

/**
 * The one to four days in a row, within 30 days, in which the next purchase is most concentrated: those with the
 * greatest P(next purchase in the window) − days · P(within 30 days) / 30, that is above an even spread of the user's
 * own probability. The earlier and shorter of equal ones.
 */
function bestWindow(cumulative: Float64Array, day: Day): Score['bestWindow'] {
  const level = within(cumulative, WINDOW_WITHIN) / WINDOW_WITHIN;
  let best = { from: 0, days: 1, excess: Number.NEGATIVE_INFINITY, probability: 0 };
  for (let from = 0; from < WINDOW_WITHIN; from++)
    for (let days = 1; days <= WINDOW_LONGEST && from + days <= WINDOW_WITHIN; days++) {
      const probability = within(cumulative, from + days) - within(cumulative, from);
      const excess = probability - days * level;
      // A difference of rounding is none.
      if (excess > best.excess + 1e-12) best = { from, days, excess, probability };
    }
  return {
    from: addDays(day, best.from),
    to: addDays(day, best.from + best.days - 1),
    probability: best.probability,
  };
}
