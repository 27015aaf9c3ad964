/** When in the week a user is there: hours of the week, from Monday 00:00 on the shop's wall clock. */
import type { Action } from '../actions/action.ts';
import { type BestHour, WEEKDAYS } from '../events/window-event.ts';
import type { Zone } from '../time.ts';

export const WEEK_HOURS = 168;
const DAY_SECONDS = 86_400;
/** Actions longer ago say nothing about the hours of today. */
const REACH_SECONDS = 180 * DAY_SECONDS;
/** What the shop's profile weighs, in hours on which a user was there. */
const SHOP_WEIGHT = 8;
/** An hour speaks for the ones beside it too. */
const KERNEL = [0.25, 0.5, 0.25] as const;

/** `counts[h]`: on how many days somebody was there in hour h of the week. */
export type HourCounts = readonly number[];

/**
 * The hours of the week in which a user acted, each day's hour once: ten clicks in a row are one visit.
 * @param actions in sequence order
 * @returns zeros for a log without times of day: every action on the first second of its day
 */
export function hourCounts(actions: readonly Action[], zone: Zone): HourCounts {
  const counts: number[] = new Array(WEEK_HOURS).fill(0);
  const last = actions.at(-1);
  if (!last) return counts;
  const from = zone.wallClock(last.at) - REACH_SECONDS;
  const seen = new Set<number>();
  let timed = false;
  for (const { at } of actions) {
    const second = zone.wallClock(at);
    if (second % DAY_SECONDS !== 0) timed = true;
    if (second >= from) seen.add(Math.floor(second / 3_600));
  }
  // Hour 0 of 1970-01-01 was on a Thursday.
  if (timed) for (const hour of seen) counts[(((hour + 72) % WEEK_HOURS) + WEEK_HOURS) % WEEK_HOURS]!++;
  return counts;
}

export function addHours(a: HourCounts, b: HourCounts): number[] {
  return a.map((count, hour) => count + b[hour]!);
}

/**
 * The hour of the week in which the user is most likely to be there. The user's own hours, weekdays and hours of the day
 * are each mixed with the shop's, which weighs as much as eight of the user's visits.
 * @param shop the same counts of a sample of the shop's users
 * @returns null where neither knows any time of day
 */
export function bestHourOf(user: HourCounts, shop: HourCounts): BestHour | null {
  const visits = sum(user);
  if (visits + sum(shop) === 0) return null;
  const smoothShop = shares(smooth(shop.map((count) => count + 1 / WEEK_HOURS)));
  const [ofDay, shopOfDay] = [byHour(user), byHour(smoothShop)];
  const [ofWeek, shopOfWeek] = [byWeekday(user), byWeekday(smoothShop)];
  const mixed = (own: number, shopShare: number) => (own + SHOP_WEIGHT * shopShare) / (visits + SHOP_WEIGHT);
  // What the shop has in an hour beyond its weekday and its hour of the day (a late Thursday) holds for the user too.
  const base = smoothShop.map((share, hour) => {
    const [day, clock] = [Math.floor(hour / 24), hour % 24];
    const beyond = share / Math.max(shopOfDay[clock]! * shopOfWeek[day]!, 1e-9);
    return mixed(ofDay[clock]!, shopOfDay[clock]!) * mixed(ofWeek[day]!, shopOfWeek[day]!) * beyond;
  });
  const baseShares = shares(base);
  const own = smooth(user);
  const scores = own.map((count, hour) => count + SHOP_WEIGHT * baseShares[hour]!);
  const best = scores.indexOf(Math.max(...scores));
  return { weekday: WEEKDAYS[Math.floor(best / 24)]!, hour: best % 24 };
}

function smooth(counts: HourCounts): number[] {
  return counts.map((_, hour) =>
    KERNEL.reduce((total, weight, i) => total + weight * counts[(hour + i - 1 + WEEK_HOURS) % WEEK_HOURS]!, 0),
  );
}

function byHour(counts: HourCounts): number[] {
  return Array.from({ length: 24 }, (_, hour) => sum(counts.filter((_count, i) => i % 24 === hour)));
}

function byWeekday(counts: HourCounts): number[] {
  return Array.from({ length: 7 }, (_, day) => sum(counts.slice(day * 24, (day + 1) * 24)));
}

function shares(values: readonly number[]): number[] {
  const total = sum(values);
  return values.map((value) => (total > 0 ? value / total : 0));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
