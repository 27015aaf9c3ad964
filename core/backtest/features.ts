/** What the baselines know of a user on a day: recency, frequency and rhythm, from nothing at or after the day. */
import { ACTION_TYPES } from '../actions/action.ts';
import type { UserDays } from '../shop-statistics.ts';
import { below } from '../sorted.ts';

const TYPES = ACTION_TYPES.length;
const WINDOWS = [1, 3, 7, 14, 30, 60] as const;
const WEEKDAYS = 7;
/** Days since something that never happened. */
const NEVER = 730;

export interface Features {
  names: string[];
  /** Writes the features of a user on a day (a day number) from `offset` on. */
  write(history: UserDays, day: number, into: Float32Array, offset: number): void;
}

/**
 * @param types the action types that the log had before training ends; the others would be constant
 */
export function createFeatures(types: readonly number[]): Features {
  const names = [
    ...types.flatMap((type) => [...WINDOWS, 'ever'].map((window) => `log_${ACTION_TYPES[type]}_${window}`)),
    ...[...WINDOWS, 'ever'].map((window) => `log_active_days_${window}`),
    ...types.map((type) => `days_since_${ACTION_TYPES[type]}`),
    ...['days_since_any', 'tenure', 'gap_mean', 'gap_median', 'gap_min', 'gap_last', 'purchase_days'],
    ...['silence_to_mean_gap', 'purchases_a_month'],
    ...Array.from({ length: WEEKDAYS }, (_, weekday) => `weekday_${weekday}`),
  ];
  return {
    names,
    write(history, day, into, offset) {
      const { days, totals, purchases } = history;
      const seen = below(days, day);
      const starts = WINDOWS.map((window) => below(days, day - window));
      let at = offset;
      const put = (value: number) => {
        into[at++] = value;
      };
      const total = (type: number, before: number) => totals[before * TYPES + type]!;
      for (const type of types) {
        for (const start of starts) put(Math.log1p(total(type, seen) - total(type, start)));
        put(Math.log1p(total(type, seen)));
      }
      for (const start of starts) put(Math.log1p(seen - start));
      put(Math.log1p(seen));
      for (const type of types) {
        let last = seen;
        while (last > 0 && total(type, last) === total(type, last - 1)) last--;
        put(logDays(last > 0 ? day - days[last - 1]! : NEVER));
      }
      put(logDays(seen > 0 ? day - days[seen - 1]! : NEVER));
      const tenure = seen > 0 ? day - days[0]! : 0;
      put(logDays(tenure));
      const bought = below(purchases, day);
      const gaps: number[] = [];
      for (let i = 1; i < bought; i++) gaps.push(purchases[i]! - purchases[i - 1]!);
      const lastGap = gaps.at(-1) ?? NEVER;
      gaps.sort((a, b) => a - b);
      const mean = gaps.length > 0 ? gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length : NEVER;
      const silence = bought > 0 ? day - purchases[bought - 1]! : NEVER;
      put(logDays(mean));
      put(logDays(gaps[gaps.length >> 1] ?? NEVER));
      put(logDays(gaps[0] ?? NEVER));
      put(logDays(lastGap));
      put(Math.log1p(bought));
      put(Math.log(silence / mean));
      put(Math.log((30 * bought + 1) / (tenure + 30)));
      // Day 0, 1970-01-01, was a Thursday: Monday is 0 here.
      for (let weekday = 0; weekday < WEEKDAYS; weekday++) put((((day + 3) % 7) + 7) % 7 === weekday ? 1 : 0);
    },
  };
}

const logDays = (days: number) => Math.log1p(Math.min(days, NEVER));

/** What BG/NBD knows: repeat purchase days, age of the last purchase day and of the observation since the first. */
export interface Rhythm {
  /** −1 for a user without a purchase. */
  repeats: number;
  recency: number;
  age: number;
}

/** @param day a day number; only purchases before it count */
export function rhythmOf({ purchases }: UserDays, day: number): Rhythm {
  const bought = below(purchases, day);
  if (bought === 0) return { repeats: -1, recency: 0, age: 0 };
  const first = purchases[0]!;
  return { repeats: bought - 1, recency: purchases[bought - 1]! - first, age: day - first };
}

/** Action types (as indices) that the log had before a day. */
export function typesBefore(histories: Iterable<{ days: UserDays }>, day: number): number[] {
  const found = new Set<number>();
  for (const { days } of histories) {
    const seen = below(days.days, day);
    for (let type = 0; type < TYPES; type++) if (days.totals[seen * TYPES + type]! > 0) found.add(type);
  }
  return [...found].sort((a, b) => a - b);
}
