/** When the next purchase is expected: a dot at the median day on a line from the 10th to the 90th percentile. */
import { type Day, daysBetween } from '../../core/time.ts';
import { fullDay } from '../format.ts';

/** Days from the score's day to the right edge. */
const SPAN = 90;

interface IntervalProps {
  day: Day;
  expected: { date: Day; low: Day; high: Day };
  window?: { from: Day; to: Day };
}

export function Interval({ day, expected, window }: IntervalProps) {
  const at = (date: Day) => `${Math.min(100, Math.max(0, (daysBetween(day, date) / SPAN) * 100))}%`;
  const width = (from: Day, to: Day, extra = 0) =>
    `${Math.min(100, Math.max(0.8, ((daysBetween(from, to) + extra) / SPAN) * 100))}%`;
  const label = `Expected ${fullDay(expected.date)}, 80 % between ${fullDay(expected.low)} and ${fullDay(expected.high)}`;
  return (
    <span class="interval" role="img" aria-label={label}>
      {window && (
        <span class="interval-window" style={{ left: at(window.from), width: width(window.from, window.to, 1) }} />
      )}
      <span class="interval-range" style={{ left: at(expected.low), width: width(expected.low, expected.high) }} />
      <span class="interval-median" style={{ left: at(expected.date) }} />
    </span>
  );
}

/** Marks 30-day steps above a column of intervals. */
export function IntervalScale() {
  return (
    <span class="interval-scale" aria-hidden="true">
      <span>0</span>
      <span>30</span>
      <span>60</span>
      <span>90 days</span>
    </span>
  );
}
