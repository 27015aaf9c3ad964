/** One line of a day's score files: what a user's score was, as it was given. The columns are public: warehouses read them. */

import type { BestHour, Weekday } from './events/window-event.ts';
import type { WindowState } from './events/windows.ts';
import type { Forecast, Likely } from './forecasts.ts';
import { HORIZONS } from './model/contract.ts';
import type { UserFacts } from './profiles/facts.ts';
import { stageOf } from './profiles/lifecycle.ts';
import type { Stage } from './profiles/stages.ts';
import type { Band, Score } from './scores.ts';
import { type Day, daysBetween } from './time.ts';

/** Columns of `scores/day=YYYY-MM-DD/shard=NNN.ndjson.gz`, one JSON object a line, sorted by user. */
export interface ScoreRow extends WindowState {
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
  /** Where the user stands by the own rhythm: see core/profiles/lifecycle.ts. */
  stage: Stage;
  /** Days on which the user bought, and days since the last of them, 1 for yesterday; null for none. */
  purchases: number;
  bought_days: number | null;
  /** Usual gap in days between purchases (of one who never bought: between days with an action). */
  usual_gap: number;
  /** When in the week the user is most likely to be there; null in a log without times of day. */
  best_weekday: Weekday | null;
  best_hour: number | null;
  consent_marketing: boolean;
  /** The shop's own audiences that the user was in when the run was planned; held-out users included. */
  audiences: string[];
  next_actions: Likely[];
  next_categories: Likely[];
}

/** Where a score comes from. */
export interface ScoreSource {
  user: string;
  originDay: Day;
  /** Epoch milliseconds. */
  lastActionAt: number;
  modelVersion: string;
  correction: number;
  facts: UserFacts;
  consentMarketing: boolean;
}

/** What the nightly run adds to a score. */
export type RunColumns = WindowState & Pick<ScoreRow, 'audiences'>;

/** A score as a row, without what only a nightly run knows. */
export type ScoredUser = Omit<ScoreRow, keyof RunColumns>;

export function scoreRow(score: Score, forecast: Forecast, source: ScoreSource): ScoredUser {
  const { facts } = source;
  const boughtDays = facts.lastPurchaseDay === null ? null : Math.max(0, daysBetween(facts.lastPurchaseDay, score.day));
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
    stage: stageOf({
      knownDays: daysBetween(facts.firstDay, score.day),
      purchases: facts.purchases,
      elapsed: boughtDays ?? score.silenceDays + 1,
      rhythm: facts.rhythm,
    }),
    purchases: facts.purchases,
    bought_days: boughtDays,
    usual_gap: facts.rhythm.gap,
    best_weekday: facts.bestHour?.weekday ?? null,
    best_hour: facts.bestHour?.hour ?? null,
    consent_marketing: source.consentMarketing,
    next_actions: forecast.nextWords,
    next_categories: forecast.nextCategories,
  };
}

export type Probabilities = Record<`${(typeof HORIZONS)[number]}d`, number>;

/** The part of a row that API replies share. */
export function rowReply(
  row: Pick<
    ScoreRow,
    | 'user'
    | 'p_1d'
    | 'p_3d'
    | 'p_7d'
    | 'p_14d'
    | 'p_30d'
    | 'expected'
    | 'low'
    | 'high'
    | 'within_90d'
    | 'window_from'
    | 'window_to'
    | 'window_p'
    | 'best_weekday'
    | 'best_hour'
  >,
): {
  user: string;
  probability: Probabilities;
  expected: Score['expected'];
  bestWindow: Score['bestWindow'];
  bestHour: BestHour | null;
} {
  return {
    user: row.user,
    probability: { '1d': row.p_1d, '3d': row.p_3d, '7d': row.p_7d, '14d': row.p_14d, '30d': row.p_30d },
    expected: { date: row.expected, low: row.low, high: row.high, within90d: row.within_90d },
    bestWindow: { from: row.window_from, to: row.window_to, probability: row.window_p },
    bestHour: row.best_weekday === null ? null : { weekday: row.best_weekday, hour: row.best_hour! },
  };
}

/** Probabilities of HORIZONS as replies name them. */
export function probabilities(values: readonly number[]): Probabilities {
  return Object.fromEntries(HORIZONS.map((days, i) => [`${days}d`, values[i]])) as Probabilities;
}
