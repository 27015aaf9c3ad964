import type { Shop } from './shop.ts';

/** Days past the end of the log for which the calendar is known, so that every horizon has a truth. */
export const BEYOND = 120;

/** Weekday of a day number, 0 = Sunday (1970-01-01 was a Thursday). */
export function weekday(dayNumber: number): number {
  return (((dayNumber + 4) % 7) + 7) % 7;
}

/** Factors of one user type by day of the log, `days + BEYOND` each. */
export interface DayFactors {
  buy: Float64Array;
  visit: Float64Array;
  appetite: Float64Array;
}

export function dayFactors(shop: Shop, type: number): DayFactors {
  const { buyByWeekday, visitByWeekday, promotion } = shop.types[type]!;
  const length = shop.days + BEYOND;
  const strengths = promotionStrengths(shop);
  const buy = new Float64Array(length);
  const visit = new Float64Array(length);
  const appetite = new Float64Array(length);
  for (let day = 0; day < length; day++) {
    const week = weekday(shop.start + day);
    const lift = strengths[day]! ** promotion;
    buy[day] = buyByWeekday[week]! * Math.sqrt(shop.mood[day]!) * lift;
    visit[day] = visitByWeekday[week]! * Math.sqrt(shop.mood[day]! * lift);
    appetite[day] = shop.mood[day]! * lift;
  }
  return { buy, visit, appetite };
}

/** Strength of the promotion running on each day, 1 where none runs. */
export function promotionStrengths(shop: Shop): Float64Array {
  const strengths = new Float64Array(shop.days + BEYOND).fill(1);
  for (const { from, days, strength } of shop.promotions) {
    for (let day = Math.max(0, from); day < Math.min(strengths.length, from + days); day++) {
      strengths[day] = Math.max(strengths[day]!, strength);
    }
  }
  return strengths;
}
