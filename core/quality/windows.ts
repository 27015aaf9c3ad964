/** Which forecasts of past runs a run judges. */
import { HORIZONS } from '../model/contract.ts';
import { addDays, type Day, daysBetween } from '../time.ts';

/** A past run, and the horizons whose days have passed since the run before. */
export interface EndedWindows {
  day: Day;
  horizons: (typeof HORIZONS)[number][];
}

/** After a pause between runs, windows that ended longer ago than this are not judged any more. */
const LATE_DAYS = 7;

/**
 * Each (run, horizon) whose window ended after the run before and not after this one: in a shop with a run every night,
 * those of exactly 1, 3, 7, 14 and 30 days ago.
 * @param finished days of finished runs, oldest first
 */
export function endedWindows(finished: readonly Day[], day: Day): EndedWindows[] {
  const past = finished.filter((other) => other < day);
  const before = past.at(-1);
  if (!before) return [];
  const since = Math.min(daysBetween(before, day), LATE_DAYS + 1);
  return past.flatMap((origin) => {
    const horizons = HORIZONS.filter((horizon) => {
      const ago = daysBetween(addDays(origin, horizon), day);
      return ago >= 0 && ago < since;
    });
    return horizons.length > 0 ? [{ day: origin, horizons }] : [];
  });
}
