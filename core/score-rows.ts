/** One line of a day's score files: what a user's score was, as it was given. The columns are public: warehouses read them. */
import type { Forecast, Likely } from './forecasts.ts';
import { HORIZONS } from './model/contract.ts';
import type { Band, Score } from './scores.ts';
import type { Day } from './time.ts';

/** Columns of `scores/day=YYYY-MM-DD/shard=NNN.ndjson.gz`, one JSON object a line, sorted by user. */
export interface ScoreRow {
  /** The pseudonym. */
  user: string;
  day: Day;
  silence_days: number;
  /** P(purchase within 1, 3, 7, 14, 30 days from the first instant of the day). */
  p_1d: number;
  p_3d: number;
  p_7d: number;
  p_14d: number;
  p_30d: number;
  /** Median day of the next purchase, given one within 90 days; 10th and 90th percentile of the same. */
  expected: Day;
  low: Day;
  high: Day;
  within_90d: number;
  /** The best window: first and last day, and the probability that the next purchase falls into it. */
  window_from: Day;
  window_to: Day;
  window_p: number;
  band: Band;
  /** The day whose first instant is the forecast's origin. */
  origin: Day;
  /** The last action the forecast knows of, ISO 8601, UTC. */
  as_of: string;
  model_version: string;
  correction: number;
  next_actions: Likely[];
  next_categories: Likely[];
}

/** A row of an audience: what lists of users need. */
export type AudienceRow = Omit<ScoreRow, 'next_actions' | 'next_categories'>;

/** Where a score comes from. */
export interface ScoreSource {
  user: string;
  originDay: Day;
  /** Epoch milliseconds. */
  lastActionAt: number;
  modelVersion: string;
  correction: number;
}

export function scoreRow(score: Score, forecast: Forecast, source: ScoreSource): ScoreRow {
  const [p1, p3, p7, p14, p30] = score.probability as [number, number, number, number, number];
  return {
    user: source.user,
    day: score.day,
    silence_days: score.silenceDays,
    p_1d: p1,
    p_3d: p3,
    p_7d: p7,
    p_14d: p14,
    p_30d: p30,
    expected: score.expected.date,
    low: score.expected.low,
    high: score.expected.high,
    within_90d: score.expected.within90d,
    window_from: score.bestWindow.from,
    window_to: score.bestWindow.to,
    window_p: score.bestWindow.probability,
    band: score.band,
    origin: source.originDay,
    as_of: new Date(source.lastActionAt).toISOString(),
    model_version: source.modelVersion,
    correction: source.correction,
    next_actions: forecast.nextWords,
    next_categories: forecast.nextCategories,
  };
}

export type Probabilities = Record<`${(typeof HORIZONS)[number]}d`, number>;

/** The part of a row that API replies share. */
export function rowReply(row: AudienceRow): {
  user: string;
  probability: Probabilities;
  expected: Score['expected'];
  bestWindow: Score['bestWindow'];
} {
  return {
    user: row.user,
    probability: { '1d': row.p_1d, '3d': row.p_3d, '7d': row.p_7d, '14d': row.p_14d, '30d': row.p_30d },
    expected: { date: row.expected, low: row.low, high: row.high, within90d: row.within_90d },
    bestWindow: { from: row.window_from, to: row.window_to, probability: row.window_p },
  };
}

/** Probabilities of HORIZONS as replies name them. */
export function probabilities(values: readonly number[]): Probabilities {
  return Object.fromEntries(HORIZONS.map((days, i) => [`${days}d`, values[i]])) as Probabilities;
}
