/** Whether buyers differ from what was forecast for good, or only while a sale is on. */
import type { Day } from '../time.ts';
import { addDays } from '../time.ts';
import { chanceInterval, totalOf } from './measures.ts';
import type { OutcomeCell } from './sums.ts';

/** Days that are looked at, and how many of them must have been forecast. */
const DAYS = 14;
const ENOUGH = 10;
/** Days that are left out, those furthest from their forecast: a sale and what it takes from the days after it. */
const LEFT_OUT = 5;

/**
 * By how much of what was forecast there were more (or, below 0, fewer) buyers over the last two weeks, without the
 * five days that were furthest off; 0 within what chance gives in 99 of 100 cases.
 * @param runs cells of the next day's forecasts; that of another horizon does not belong here
 * @returns undefined for fewer than ten days
 */
export function lastingShift(runs: readonly { day: Day; cells: readonly OutcomeCell[] }[]): number | undefined {
  const until = runs
    .map(({ day }) => day)
    .sort()
    .at(-1);
  if (until === undefined) return undefined;
  const days = runs.filter(({ day }) => day > addDays(until, -DAYS));
  if (days.length < ENOUGH) return undefined;
  const surprise = (cells: readonly OutcomeCell[]) => {
    const { actual, expected, squares } = totalOf(cells);
    return Math.abs(actual - expected) / Math.sqrt(expected - squares);
  };
  const steady = days
    .map(({ cells }) => ({ cells, surprise: surprise(cells) }))
    .sort((a, b) => a.surprise - b.surprise)
    .slice(0, days.length - LEFT_OUT);
  const total = totalOf(steady.flatMap(({ cells }) => cells));
  const { low, high } = chanceInterval(total, 0.99);
  const { actual, expected } = total;
  return actual < low || actual > high ? (actual - expected) / expected : 0;
}
