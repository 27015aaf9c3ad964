/** Who bought what on which day, by what a run some days before knew: outcomes of demand, and forecasts without a model. */
import { categoryOf, typeOf } from '../actions/action.ts';
import { DEMAND_DAYS } from '../demand/buying-days.ts';
import { NEW } from '../demand/outlook.ts';
import { knownAt } from '../demand/past.ts';
import { dayNumber, type Zone } from '../time.ts';
import type { History } from './population.ts';

/** One user's purchases of a day. */
export interface Basket {
  /** Days with an action of the user, ascending. */
  known: Int32Array;
  /** Day number. */
  day: number;
  units: Map<string, number>;
}

/** By lead, t = 0 … 29. A day on which a user bought in several categories counts for each in part. */
export interface Bought {
  buyers: Float64Array;
  units: Float64Array;
}

/** By series of an outlook: null, ~new, and the categories of known users. */
export type BoughtBySeries = Map<string | null, Bought>;

const WEEK = 7;
/** The moving average is that of so many days: whole weeks. */
const AVERAGED = 28;

export function basketsOf(histories: readonly History[], zone: Zone): Basket[] {
  return histories.flatMap(({ actions, days }) => {
    const byDay = new Map<number, Basket>();
    for (const { word, at, quantity } of actions) {
      if (typeOf(word) !== 'purchase') continue;
      const day = dayNumber(zone.dayOf(at));
      const basket = byDay.get(day) ?? { known: days.days, day, units: new Map<string, number>() };
      byDay.set(day, basket);
      basket.units.set(categoryOf(word), (basket.units.get(categoryOf(word)) ?? 0) + (quantity ?? 1));
    }
    return [...byDay.values()];
  });
}

/** What was bought on an origin and the days after it. */
export function boughtFrom(baskets: readonly Basket[], origin: number, activeDays: number): BoughtBySeries {
  const bought: BoughtBySeries = new Map();
  for (const basket of baskets) {
    const lead = basket.day - origin;
    if (lead >= 0 && lead < DEMAND_DAYS) add(bought, basket, lead, activeDays, 1);
  }
  return bought;
}

/** Seasonal naive: what was bought on the same weekday of the week before, by users known as many days before. */
export function weekBefore(baskets: readonly Basket[], origin: number, activeDays: number): BoughtBySeries {
  const bought: BoughtBySeries = new Map();
  for (const basket of baskets) {
    const ago = origin - basket.day;
    if (ago < 1 || ago > WEEK) continue;
    for (let lead = WEEK - ago; lead < DEMAND_DAYS; lead += WEEK) add(bought, basket, lead, activeDays, 1);
  }
  return bought;
}

/** Moving average: the mean of the last 28 days, or of as many as the log has, of users known as many days before. */
export function averageBefore(
  baskets: readonly Basket[],
  origin: number,
  activeDays: number,
  firstDay: number,
): BoughtBySeries {
  const days = Math.min(AVERAGED, origin - firstDay);
  const bought: BoughtBySeries = new Map();
  for (const basket of baskets) {
    const ago = origin - basket.day;
    if (ago < 1 || ago > days) continue;
    for (let lead = 0; lead < DEMAND_DAYS; lead++) add(bought, basket, lead, activeDays, 1 / days);
  }
  return bought;
}

function add(bought: BoughtBySeries, basket: Basket, lead: number, activeDays: number, weight: number): void {
  const { known, day, units } = basket;
  const put = (series: string | null, buyers: number, count: number) => {
    const own = bought.get(series) ?? { buyers: new Float64Array(DEMAND_DAYS), units: new Float64Array(DEMAND_DAYS) };
    bought.set(series, own);
    own.buyers[lead]! += weight * buyers;
    own.units[lead]! += weight * count;
  };
  const isKnown = knownAt(known, day - lead, activeDays);
  let all = 0;
  for (const [category, count] of units) {
    all += count;
    if (isKnown) put(category, 1 / units.size, count);
  }
  put(isKnown ? null : NEW, 1, all);
}
