/**
 * What a user's actions say beside the forecast. It is made when the actions are read for one, and kept with it, so
 * that a night on which the user did nothing needs no actions.
 */
import { type Action, typeOf } from '../actions/action.ts';
import { type BestHour, WEEKDAYS, type Weekday } from '../events/window-event.ts';
import { SHOP_STATISTICS } from '../shop-statistics.ts';
import { type Day, dayNumber, isDay, type Zone } from '../time.ts';
import { bestHourOf, type HourCounts, hourCounts } from './hours.ts';
import { type Rhythm, rhythmOf } from './lifecycle.ts';

export interface UserFacts {
  /** Day of the first action. */
  firstDay: Day;
  /** Days on which the user bought. */
  purchases: number;
  lastPurchaseDay: Day | null;
  /** Of purchases; of one who never bought, of days with an action. */
  rhythm: Rhythm;
  bestHour: BestHour | null;
}

/** What the facts of every user are held against. */
export interface ShopRhythms {
  purchases: Rhythm;
  visits: Rhythm;
  hours: HourCounts;
}

/** Before a shop has repeat buyers. */
const USUAL: Rhythm = { gap: 30, spread: 0.8 };
const VISIT_SPREAD = 0.8;
/** Quartiles of a normal distribution are this many standard deviations apart. */
const QUARTILES = 1.349;

/** @param statistics the vector of SHOP_STATISTICS */
export function shopRhythms(statistics: readonly number[], hours: HourCounts): ShopRhythms {
  const named = (name: string) => statistics[SHOP_STATISTICS.indexOf(name)] ?? 0;
  const median = named('log_gap_q50');
  const spread = (named('log_gap_q75') - named('log_gap_q25')) / QUARTILES;
  const daysOf30 = Math.expm1(named('log_active_days_per_active_user_30d'));
  return {
    purchases: median > 0 ? { gap: Math.exp(median), spread: Math.min(1, Math.max(0.25, spread)) } : USUAL,
    visits: { gap: Math.min(30, Math.max(1, 30 / Math.max(daysOf30, 1))), spread: VISIT_SPREAD },
    hours,
  };
}

/**
 * The facts of a user.
 * @param actions in sequence order, at least one
 */
export function factsOf(actions: readonly Action[], zone: Zone, shop: ShopRhythms): UserFacts {
  const all = new Set<number>();
  const bought = new Set<number>();
  for (const { word, at } of actions) {
    const day = dayNumber(zone.dayOf(at));
    all.add(day);
    if (typeOf(word) === 'purchase') bought.add(day);
  }
  const purchases = [...bought].sort((a, b) => a - b);
  const days = [...all].sort((a, b) => a - b);
  const last = actions.findLast(({ word }) => typeOf(word) === 'purchase');
  return {
    firstDay: zone.dayOf(actions[0]!.at),
    purchases: purchases.length,
    lastPurchaseDay: last ? zone.dayOf(last.at) : null,
    rhythm: purchases.length > 0 ? rhythmOf(purchases, shop.purchases) : rhythmOf(days, shop.visits),
    bestHour: bestHourOf(hourCounts(actions, zone), shop.hours),
  };
}

/** As short text, since it lives in the user's item: first day, purchases, last purchase, gap, spread, best hour. */
export function packFacts({ firstDay, purchases, lastPurchaseDay, rhythm, bestHour }: UserFacts): string {
  const hour = bestHour ? WEEKDAYS.indexOf(bestHour.weekday) * 24 + bestHour.hour : -1;
  return [firstDay, purchases, lastPurchaseDay ?? '', rhythm.gap, rhythm.spread, hour].join(' ');
}

/** @returns undefined for what packFacts did not make */
export function unpackFacts(packed: string): UserFacts | undefined {
  const [firstDay = '', purchases, lastPurchase = '', gap, spread, hour] = packed.split(' ');
  const numbers = [purchases, gap, spread, hour].map(Number) as [number, number, number, number];
  if (!isDay(firstDay) || (lastPurchase !== '' && !isDay(lastPurchase)) || numbers.some(Number.isNaN)) return undefined;
  const bestHour = numbers[3] < 0 ? null : hourOf(numbers[3]);
  if (bestHour === undefined) return undefined;
  return {
    firstDay,
    purchases: numbers[0],
    lastPurchaseDay: lastPurchase || null,
    rhythm: { gap: numbers[1], spread: numbers[2] },
    bestHour,
  };
}

function hourOf(hour: number): BestHour | undefined {
  const weekday: Weekday | undefined = WEEKDAYS[Math.floor(hour / 24)];
  return weekday && { weekday, hour: hour % 24 };
}
