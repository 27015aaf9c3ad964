/** What `GET /v1/quality` answers; the dashboard imports these types. */
import type { Measures } from '../../core/evaluation.ts';
import type { Band } from '../../core/scores.ts';
import type { Day } from '../../core/time.ts';

export interface QualityReply {
  /** The latest day with a finished run; null before the first. */
  day: Day | null;
  /** The live bundle, and what its manifest says of its backtest against baselines. */
  model: { version: string; trainedOn: { firstDay: string; lastDay: string; users: number; actions: number } };
  backtest: Record<string, unknown>;
  /** Forecasts of past runs against what happened; null until the window of a run has passed. */
  live: LiveQuality | null;
  /** What was learned from the shop's own outcomes; null before the first look back. */
  correction: CorrectionReply | null;
  /** How far the shop's actions are from those of its first weeks; null until there is something to compare. */
  drift: Drift | null;
}

export interface LiveQuality {
  /** Outcomes are those known before the first instant of this day. */
  until: Day;
  /** Runs of the last 90 days together, by horizon; horizons without a run whose window has passed are left out. */
  horizons: LiveHorizon[];
  /** One entry a run, oldest first. */
  runs: LiveRun[];
  /** Whether any horizon's newest run lies outside its band. */
  alarm: boolean;
}

export interface LiveHorizon {
  horizon: number;
  /** Runs that are counted. */
  runs: number;
  measures: Pick<Measures, 'n' | 'rate' | 'auc' | 'logLoss' | 'brier' | 'ece'>;
  /** Ten bins of about equal mass, by rising probability. */
  reliability: { predicted: number; actual: number; n: number; low95: number; high95: number }[];
  bands: { band: Band; n: number; expected: number; actual: number; low95: number; high95: number }[];
  alarm: Alarm;
}

export interface Alarm {
  /** True when the newest run's buyers lie outside [low99, high99] and more than 10 % from what was expected. */
  value: boolean;
  day: Day;
  expected: number;
  actual: number;
  /** Between these lie 99 % of the counts that the model's own probabilities give. */
  low99: number;
  high99: number;
}

export interface LiveRun {
  day: Day;
  modelVersion: string;
  /** Version of the correction; 0: none. */
  correction: number;
  /** By horizon, those whose window has passed. */
  horizons: LiveRunHorizon[];
}

export interface LiveRunHorizon {
  horizon: number;
  n: number;
  /** Users expected to buy within the horizon, and those who did. */
  expected: number;
  actual: number;
  /** Between these lie 95 % of the counts that the model's own probabilities give. */
  low95: number;
  high95: number;
  /** null when everyone or nobody bought. */
  auc: number | null;
  logLoss: number;
  brier: number;
  ece: number;
}

export interface CorrectionReply {
  /** 0: identity, for want of evidence. */
  version: number;
  /** Outcomes before this day's first instant taught it. */
  asOf: Day;
  modelVersion: string;
  /** p' = σ(intercept + slope · logit p); empty for the identity. */
  horizons: { days: number; slope: number; intercept: number }[];
  evidence: {
    origins: Day[];
    users: number;
    /** By horizon; `before` and `after` are log-losses, `after` by cross-validation over users. */
    horizons: { days: number; n: number; buyers: number; before: number; after: number }[];
    /** Why it is off; null when it is on. */
    reason: string | null;
  };
}

export interface Drift {
  /** Population stability index of action words; below 0.1 is steady, above 0.25 a different shop. */
  psi: number;
  alarm: boolean;
  /** The four weeks before the first of these days against the week before the second. */
  from: Day;
  to: Day;
  /** Words that moved most: their share of all actions. */
  words: { word: string; before: number; now: number }[];
}
