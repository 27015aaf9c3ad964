/** What `GET /v1/users/{userId}/timing` answers; the dashboard imports this type. */
import type { Band } from '../../core/scores.ts';
import type { Day } from '../../core/time.ts';

export interface Probabilities {
  '1d': number;
  '3d': number;
  '7d': number;
  '14d': number;
  '30d': number;
}

export interface TimingReply {
  /** The pseudonym. */
  user: string;
  /** The shop's own id; only for keys of scope `read:ids` or `admin`. */
  userId?: string;
  day: Day;
  /** The last action the answer knows of, ISO 8601. */
  asOf: string;
  modelVersion: string;
  correction: number;
  silenceDays: number;
  /** P(purchase within h days from the first instant of `day`; from now with `fresh=true`). */
  probability: Probabilities;
  band: Band;
  /** Share of the run's users with a lower P(purchase within 7 days), 0 to 100. */
  percentile: number;
  expected: { date: Day; low: Day; high: Day; within90d: number };
  bestWindow: { from: Day; to: Day; probability: number };
  nextActions: { word: string; probability: number }[];
  nextCategories: { category: string; probability: number }[];
  /** With `curves=true`, and only from a forecast (not for a past day). */
  curves?: TimingCurves;
}

export interface TimingCurves {
  /** `within[i]`: P(purchase within i + 1 days), i = 0…29. */
  within: number[];
  /** What the score becomes while the user stays silent: one entry a day from `day` to the forecast's 30th. */
  silence: { day: Day; probability: Probabilities }[];
}
