/** What `GET /v1/overview` answers; the dashboard imports these types. */
import type { Band } from '../../core/scores.ts';
import type { Day } from '../../core/time.ts';

export interface OverviewReply {
  /** The day shown: that of `?day=`, else the latest day with a finished run. */
  day: Day;
  /** Every day with a finished run, oldest first. */
  days: Day[];
  /** Users scored: those active in the 90 days before `day`. */
  users: number;
  bands: Record<Band, number>;
  /** Users by P(purchase within 7 days): 20 bins of equal width, `from` included, `to` excluded (but 1). */
  distribution: { from: number; to: number; count: number }[];
  /** Users by expected day of the next purchase, given one within 90 days; ascending, days without users left out. */
  expected: { date: Day; count: number }[];
  /** Purchase rate that divides the bands. */
  theta: number;
  timeZone: string;
  run: RunSummary;
}

export interface RunSummary {
  /** Users whose forecast the model made anew. */
  modelCalls: number;
  scored: number;
  /** Users of shards that failed after every attempt. */
  failed: number;
  failedShards: number[];
  /** Wall-clock seconds from plan to finish. */
  seconds: number;
  modelVersion: string;
  correction: number;
  /** ISO 8601, UTC. */
  finishedAt: string;
}
