/** What `GET /v1/demand` answers; the dashboard imports these types. */
import type { Day } from '../../core/time.ts';

export interface DemandReply {
  /** The first day forecast: that of the run. */
  from: Day;
  /** Days forecast, 1 to 30. */
  days: number;
  /**
   * Buyers by day, days ascending. `category: null`: known users of the whole shop; `~new`: buyers the model cannot
   * know, on top of them. With `by=category` also one series a category, most expected first; those beyond the first
   * 200 together as `~other`. The categories of a day add up to `null`.
   */
  series: DemandPoint[];
  /** With `leadDays`: units from `from` on over so many days, of each category of the series. */
  lead?: { days: number; units: LeadUnits[] };
}

export interface DemandPoint {
  category: string | null;
  day: Day;
  /** Users expected to buy on the day. */
  expected: number;
  low80: number;
  high80: number;
  low95: number;
  high95: number;
}

export interface LeadUnits {
  category: string | null;
  expected: number;
  /** The units that suffice with this probability, in percent: a reorder point for a service level. */
  quantiles: { p50: number; p80: number; p90: number; p95: number; p98: number; p99: number };
  /** False where the shop sends no quantities: each purchase counts as one unit. */
  quantityKnown: boolean;
}
