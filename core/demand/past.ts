/**
 * What the shop's past says of demand beside the forecasts, from a sample of its users: who buys again and when, in
 * which categories and how many units, and how many buyers nobody knew before.
 */
import { type Action, categoryOf, typeOf } from '../actions/action.ts';
import { ACTIVE_DAYS } from '../scores.ts';
import type { UserDays } from '../shop-statistics.ts';
import { below } from '../sorted.ts';
import { type Day, dayFromNumber, dayNumber, type Zone } from '../time.ts';
import { type Again, DEMAND_DAYS, weekdayOf } from './buying-days.ts';
import type { BackDays, LookedBack } from './errors.ts';

/** Everything that is too small, or one user's own, together. */
export const OTHER = '~other';
/** A category is named where at least so many users stand behind it. */
export const FEWEST_USERS = 5;

export interface PastDemand extends Again {
  /** By lead: buyers a day that a run so many days before did not know, t = 0 … 29; of the whole shop. */
  unknown: number[];
  /** Purchases by category, most first; the shares add up to 1. Small ones together as `~other`. */
  categories: PastCategory[];
  /** Whether purchases come with a quantity. */
  quantityKnown: boolean;
  /** Buyers of each of the last days, in the sample, against those of the four weeks before it. */
  swing: LookedBack;
}

export interface PastCategory {
  name: string;
  /** Share of the days on which a user bought; a day in several categories counts for each in part. */
  share: number;
  /** Units of such a day, and the variance of their number. */
  units: number;
  unitsVariance: number;
}

export interface PastDemandTally {
  /**
   * @param actions of one user before the first instant of `until`, in sequence order
   * @param days of the same actions
   */
  add(actions: readonly Action[], days: UserDays): void;
  /** @param scale users of the shop for each in the sample */
  past(scale: number): PastDemand;
}

const WEEKS = 8;
/** Days over which new buyers are counted. */
const RECENT = 28;
/** A log is this many days old before it is said who is new in it. */
const YOUNGEST_LOG = 14;
const CATEGORIES = 500;
/** The share of one lag counts as much as so many purchases of the lags around it. */
const PRIOR_OF_LAG = 50;
const PRIOR_OF_ALL = 20;
const PRIOR_OF_UNITS = 5;
const AROUND = 2;

interface Counted {
  days: number;
  users: number;
  units: number;
  unitsSquared: number;
}

/** @param until the first day that is not counted */
export function createPastDemand(until: Day, zone: Zone): PastDemandTally {
  const end = dayNumber(until);
  const firsts = new Float64Array(DEMAND_DAYS);
  const repeats = new Float64Array(DEMAND_DAYS);
  const weekday = new Float64Array(7);
  /** By lead and by days before the last one. */
  const unknown = Array.from({ length: DEMAND_DAYS }, () => new Float64Array(RECENT));
  const categories = new Map<string, Counted>();
  /** By days before the last one. */
  const buyers = new Float64Array(WEEKS * 7);
  let purchases = 0;
  let withQuantity = 0;
  let firstDay = end;

  const addRepeats = (days: Int32Array, bought: Int32Array): void => {
    for (let week = 1; week <= WEEKS; week++) {
      const origin = end - 7 * week;
      if (!knownAt(days, origin)) continue;
      const at = below(bought, origin);
      const first = bought[at];
      if (first === undefined || first >= origin + DEMAND_DAYS) continue;
      const last = Math.min(end, origin + DEMAND_DAYS);
      for (let lag = 1; first + lag < last; lag++) firsts[lag]!++;
      for (let i = at + 1; i < bought.length && bought[i]! < last; i++) repeats[bought[i]! - first]!++;
    }
  };
  const addUnknown = (days: Int32Array, bought: Int32Array): void => {
    for (let i = below(bought, end - RECENT); i < bought.length; i++)
      for (let lead = 0; lead < DEMAND_DAYS; lead++)
        if (!knownAt(days, bought[i]! - lead)) unknown[lead]![end - 1 - bought[i]!]!++;
  };
  const addBaskets = (actions: readonly Action[]): void => {
    const from = zone.startOf(dayFromNumber(end - WEEKS * 7));
    const baskets = new Map<number, Map<string, number>>();
    for (let i = actions.length - 1; i >= 0 && actions[i]!.at >= from; i--) {
      const { word, at, quantity } = actions[i]!;
      if (typeOf(word) !== 'purchase') continue;
      purchases++;
      if (quantity !== undefined) withQuantity++;
      const day = dayNumber(zone.dayOf(at));
      const basket = baskets.get(day) ?? new Map<string, number>();
      baskets.set(day, basket);
      basket.set(categoryOf(word), (basket.get(categoryOf(word)) ?? 0) + (quantity ?? 1));
    }
    const own = new Set<string>();
    for (const [day, basket] of baskets) {
      weekday[weekdayOf(day)]!++;
      buyers[end - 1 - day]!++;
      for (const [name, units] of basket) {
        const counted = categories.get(name) ?? { days: 0, users: 0, units: 0, unitsSquared: 0 };
        categories.set(name, counted);
        counted.days += 1 / basket.size;
        counted.units += units;
        counted.unitsSquared += units * units * basket.size;
        if (!own.has(name)) counted.users++;
        own.add(name);
      }
    }
  };

  return {
    add(actions, { days, purchases }) {
      firstDay = Math.min(firstDay, days[0] ?? end);
      addRepeats(days, purchases);
      addUnknown(days, purchases);
      addBaskets(actions);
    },

    past(scale) {
      const total = weekday.reduce((sum, count) => sum + count, 0);
      const again: Again = {
        after: againAfter(firsts, repeats),
        weekday: Array.from(weekday, (count) => (7 * (count + 2)) / (total + 14)),
      };
      return {
        ...again,
        unknown: unknownBuyers(unknown, end - firstDay).map((buyers) => buyers * scale),
        categories: categoriesOf(categories),
        swing: swingOf(buyers, end - firstDay, again.weekday, end),
        quantityKnown: purchases > 0 && withQuantity > 0.5 * purchases,
      };
    },
  };
}

/** Whether a run of a day scores a user with actions on these days. */
export function knownAt(days: Int32Array, day: number, activeDays = ACTIVE_DAYS): boolean {
  const last = days[below(days, day) - 1];
  return last !== undefined && last >= day - activeDays;
}

/** Each of the last four weeks' days as the mean of the 28 days before it and the weekday have it. */
function swingOf(buyers: Float64Array, age: number, weekday: readonly number[], end: number): LookedBack {
  const days: BackDays[] = [];
  for (let ago = 0; ago < RECENT && ago + 1 + RECENT <= age; ago++) {
    const level = buyers.subarray(ago + 1, ago + 1 + RECENT).reduce((sum, count) => sum + count, 0) / RECENT;
    const expected = level * weekday[weekdayOf(end - 1 - ago)]!;
    days.push({ expected, variance: expected, actual: buyers[ago]! });
  }
  return { days, distinct: days.length };
}

/**
 * Buyers a day by lead. To a run of a log's first days everyone was unknown, which says nothing of later runs: such
 * leads are taken to be as the longest one that can be looked at.
 */
function unknownBuyers(unknown: readonly Float64Array[], age: number): number[] {
  const buyers: number[] = [];
  for (const [lead, byDay] of unknown.entries()) {
    const days = Math.min(RECENT, age - YOUNGEST_LOG - lead);
    if (days < 1) buyers.push(buyers.at(-1) ?? 0);
    else buyers.push(byDay.subarray(0, days).reduce((sum, count) => sum + count, 0) / days);
  }
  return buyers;
}

/** Shares of each lag, drawn towards those of the lags around it, and these towards that of all. */
function againAfter(firsts: Float64Array, repeats: Float64Array): number[] {
  const sum = (list: Float64Array, from = 1, to = DEMAND_DAYS - 1) => {
    let total = 0;
    for (let lag = Math.max(1, from); lag <= Math.min(DEMAND_DAYS - 1, to); lag++) total += list[lag]!;
    return total;
  };
  const all = sum(repeats) / (sum(firsts) + 1);
  return Array.from({ length: DEMAND_DAYS - 1 }, (_, i) => {
    const lag = i + 1;
    const around =
      (sum(repeats, lag - AROUND, lag + AROUND) + PRIOR_OF_ALL * all) /
      (sum(firsts, lag - AROUND, lag + AROUND) + PRIOR_OF_ALL);
    return (repeats[lag]! + PRIOR_OF_LAG * around) / (firsts[lag]! + PRIOR_OF_LAG);
  });
}

function categoriesOf(categories: ReadonlyMap<string, Counted>): PastCategory[] {
  const ranked = [...categories].sort(([a, m], [b, n]) => n.days - m.days || (a < b ? -1 : 1));
  const named = ranked.filter(([, { users }]) => users >= FEWEST_USERS).slice(0, CATEGORIES);
  const kept = new Set(named.map(([name]) => name));
  const all = together(ranked.map(([, counted]) => counted));
  const rest = together(ranked.flatMap(([name, counted]) => (kept.has(name) ? [] : [counted])));
  const usual = unitsOf(all, { units: 1, unitsVariance: 0 });
  const list: [string, Counted][] = rest.days > 0 || named.length === 0 ? [...named, [OTHER, rest]] : named;
  return list.map(([name, counted]) => ({
    name,
    share: all.days > 0 ? counted.days / all.days : 1,
    ...unitsOf(counted, usual),
  }));
}

function together(list: readonly Counted[]): Counted {
  const sum = { days: 0, users: 0, units: 0, unitsSquared: 0 };
  for (const { days, users, units, unitsSquared } of list) {
    sum.days += days;
    sum.users += users;
    sum.units += units;
    sum.unitsSquared += unitsSquared;
  }
  return sum;
}

/** Mean and variance of the units of a day, with some days as the shop usually has them. */
function unitsOf(
  { days, units, unitsSquared }: Counted,
  usual: { units: number; unitsVariance: number },
): { units: number; unitsVariance: number } {
  const n = days + PRIOR_OF_UNITS;
  const mean = (units + PRIOR_OF_UNITS * usual.units) / n;
  const square = (unitsSquared + PRIOR_OF_UNITS * (usual.unitsVariance + usual.units ** 2)) / n;
  return { units: mean, unitsVariance: Math.max(0, square - mean * mean) };
}
