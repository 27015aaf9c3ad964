import { BEYOND, weekday } from './calendar.ts';
import type { Kind } from './kinds.ts';
import type { Random } from './random.ts';
import type { Promotion, TypeCalendar } from './shop.ts';

/** The shop's own week, around which user types scatter. */
export interface ShopCalendar {
  buy: number[];
  visit: number[];
  scatter: number;
}

export function shopCalendar(kind: Kind, random: Random): ShopCalendar {
  const strength = random.pick([0.05, 0.15, 0.3, 0.5]);
  const weekend = random.logNormal(1, strength);
  const buy = Array.from({ length: 7 }, (_, day) =>
    random.logNormal(day === 0 || day === 6 ? weekend : 1, strength * 0.6),
  );
  const visit = buy.map((factor) => Math.sqrt(factor) * random.logNormal(1, strength * 0.3));
  if (random.chance(kind.closedDays)) {
    for (const day of random.chance(0.7) ? [random.pick([0, 0, 6])] : [0, 6]) {
      buy[day] = 0;
      visit[day] = random.chance(0.5) ? 0 : visit[day]!;
    }
  }
  return { buy, visit, scatter: random.between(0.02, 0.3) };
}

export function typeCalendar(shop: ShopCalendar, random: Random): TypeCalendar {
  // Some users have their own day of the week.
  const favourite = random.chance(0.25) ? random.integer(0, 6) : -1;
  const own = shop.buy.map((_, day) => random.logNormal(day === favourite ? 3 : 1, shop.scatter));
  return {
    buyByWeekday: shop.buy.map((factor, day) => factor * own[day]!),
    visitByWeekday: shop.visit.map((factor, day) => factor * Math.sqrt(own[day]!)),
    promotion: random.scale(0.2, 2.5),
  };
}

export function drawPromotions(days: number, random: Random): Promotion[] {
  const perYear = random.pick([0, 0, 3, 8, 20]);
  const strongest = random.between(1.2, 4);
  const count = Math.round((perYear * (days + BEYOND)) / 365);
  return Array.from({ length: count }, () => ({
    from: random.integer(0, days + BEYOND),
    days: random.integer(1, 10),
    strength: random.between(1.1, strongest),
  }));
}

/** Season over the year, a slow trend, and a whim of each day. */
export function drawMood(start: number, days: number, random: Random): Float64Array {
  const yearly = random.pick([0, 0.1, 0.25, 0.5]);
  // Half the shops live from the weeks before Christmas.
  const peak = random.chance(0.5) ? random.integer(325, 358) : random.integer(0, 364);
  const sharp = random.chance(0.3) ? random.between(0.3, 1.2) : 0;
  const trend = random.pick([0, 0.2, 0.5]) * random.normal();
  const whim = random.between(0, 0.2);
  return Float64Array.from({ length: days + BEYOND }, (_, day) => {
    const angle = (2 * Math.PI * (start + day - peak)) / 365.25;
    // A wave and, for some shops, a narrow peak such as the weeks before Christmas.
    const season = yearly * Math.cos(angle) + sharp * Math.exp(20 * (Math.cos(angle) - 1));
    return Math.exp(season + (trend * day) / 365 + whim * random.normal());
  });
}

/** @param cohort whether nobody comes after the first weeks */
export function drawArrivals(days: number, cohort: boolean, random: Random): Float64Array {
  const shape = cohort ? 'burst' : random.pick(['steady', 'growing', 'burst', 'waves', 'fading']);
  const growth = random.between(0.5, 3);
  const weeks = Math.max(14, days * random.between(0.05, 0.35));
  const late = cohort ? 0 : 0.002;
  const week = Array.from({ length: 7 }, () => random.logNormal(1, 0.2));
  return Float64Array.from({ length: days }, (_, day) => {
    const share = day / days;
    const rate =
      shape === 'growing'
        ? Math.exp(growth * share)
        : shape === 'fading'
          ? Math.exp(-growth * share)
          : shape === 'burst'
            ? day < weeks
              ? 1
              : late
            : shape === 'waves'
              ? 1 + 0.9 * Math.sin((2 * Math.PI * day) / (weeks * 2))
              : 1;
    return rate * week[weekday(day)]! * random.logNormal(1, 0.2);
  });
}

export function hourProfile(random: Random): number[] {
  const noon = random.between(9, 15);
  const evening = random.between(18, 22.5);
  const share = random.next();
  const bump = (hour: number, centre: number, width: number) => Math.exp(-0.5 * ((hour + 0.5 - centre) / width) ** 2);
  return Array.from(
    { length: 24 },
    (_, hour) => 0.02 + share * bump(hour, noon, 3) + (1 - share) * bump(hour, evening, 2),
  );
}
