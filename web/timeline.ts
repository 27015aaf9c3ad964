/** Groups a user's actions, newest first, by day, and repeats in a row into one entry. */
import type { ActionWord } from '../core/actions/action.ts';
import { type Day, zoneOf } from '../core/time.ts';

export interface TimelineEntry {
  word: ActionWord;
  /** Instant of the newest of the repeats, ISO 8601 or epoch milliseconds. */
  at: string | number;
  count: number;
}

export interface TimelineDay {
  day: Day;
  entries: TimelineEntry[];
  actions: number;
}

export function groupByDay(actions: { word: ActionWord; at: string | number }[], timeZone: string): TimelineDay[] {
  const zone = zoneOf(timeZone);
  const days: TimelineDay[] = [];
  for (const { word, at } of actions) {
    const day = zone.dayOf(new Date(at).getTime());
    let last = days.at(-1);
    if (last?.day !== day) {
      last = { day, entries: [], actions: 0 };
      days.push(last);
    }
    last.actions += 1;
    const previous = last.entries.at(-1);
    if (previous?.word === word) previous.count += 1;
    else last.entries.push({ word, at, count: 1 });
  }
  return days;
}
