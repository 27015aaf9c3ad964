/** Whether a user's buying window is open, from one day to the next. */
import { type Band, HORIZON_NOW, type Score } from '../scores.ts';
import { addDays, type Day } from '../time.ts';

/** What a day leaves for the next. The columns of a score row of the same names. */
export interface WindowState {
  /** The user is in the buying window since this day's run; null: is not. */
  open_since: Day | null;
  /** The window that closed with this day's run had been open since this day. */
  closed_since: Day | null;
  /** First and last day of the best window that was last told of. */
  best_since: Day | null;
  best_until: Day | null;
}

/** An open window stays open until P(purchase within 3 days) falls below this share of θ, so that nobody flickers. */
export const STAYS_OPEN = 0.8;
/** Days after a best window before another one is told of. */
const BEST_PAUSE = 7;

const NOTHING: WindowState = { open_since: null, closed_since: null, best_since: null, best_until: null };

/**
 * The state of a day from the state of the last run before it.
 * @param before undefined: the user was not scored then
 */
export function nextWindows(before: WindowState | undefined, score: Score, theta: number): WindowState {
  const { day, band, bestWindow } = score;
  const last = before ?? NOTHING;
  const p3 = score.probability[HORIZON_NOW]!;
  const open = band === 'now' || (last.open_since !== null && p3 >= STAYS_OPEN * theta);
  const told = last.best_until !== null && day <= addDays(last.best_until, BEST_PAUSE);
  const opens = !told && bestWindow.from === day && worthTelling(band);
  return {
    open_since: open ? (last.open_since ?? day) : null,
    closed_since: open ? null : last.open_since,
    best_since: opens ? day : told ? last.best_since : null,
    best_until: opens ? bestWindow.to : told ? last.best_until : null,
  };
}

/** Everybody has a most probable day; that of users who are unlikely to buy at all is news to nobody. */
function worthTelling(band: Band): boolean {
  return band !== 'unlikely';
}
