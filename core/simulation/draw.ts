import { type Day, dayNumber } from '../time.ts';
import { BEYOND, weekday } from './calendar.ts';
import { numberedCategories, readableCategories } from './catalogue.ts';
import { ARCHETYPES, type Archetype, KINDS, type Kind, type ProfileRanges, type Range } from './kinds.ts';
import { chainFrom, type Profile } from './profile.ts';
import { createRandom, type Random } from './random.ts';
import {
  type Chain,
  type Promotion,
  SHOP_KINDS,
  type Shop,
  type ShopKind,
  SIGNS,
  type Sign,
  type TypeCalendar,
} from './shop.ts';

export interface ShopOptions {
  kind?: ShopKind;
  users?: number;
  /** Length of the log. */
  days?: number;
  /** First day of the log. */
  start?: Day;
}

const KIND_SHARES = {
  browsing: 5,
  fashion: 2,
  durables: 1.5,
  'purchase-only': 4,
  replenishment: 2,
  grocery: 1.5,
  invoice: 3,
};

/** A random member of the family of shops; the same seed and options give the same shop. */
export function drawShop(seed: number, options: ShopOptions = {}): Shop {
  const random = createRandom(seed, 0x73686f70);
  const name = options.kind ?? SHOP_KINDS[random.weighted(SHOP_KINDS.map((kind) => KIND_SHARES[kind]))]!;
  const kind = KINDS[name === 'demo' ? 'fashion' : name];
  const days = options.days ?? Math.round(random.scale(...kind.days));
  const start =
    options.start === undefined ? dayNumber('2024-01-01') + random.integer(0, 730) : dayNumber(options.start);
  const tracked = new Set(kind.tracked(random));
  const types = random.integer(5, 13);
  const calendar = shopCalendar(kind, random);
  const shop: Shop = {
    kind: name,
    seed,
    users: options.users ?? 300,
    start,
    days,
    tracked,
    resolution: random.chance(kind.dayResolution) ? 'day' : 'second',
    hours: hourProfile(random),
    categories: numberedCategories(
      Math.round(random.scale(...kind.categories)),
      random.between(0.5, 1.4),
      random.chance(0.35) ? 2 : 1,
      random,
    ),
    chains: drawChains(kind, types, random),
    types: Array.from({ length: types }, () => typeCalendar(calendar, random)),
    promotions: drawPromotions(days, random),
    mood: drawMood(start, days, random),
    arrivals: drawArrivals(days, random),
    established: random.between(...kind.established),
    heritage: Math.round(random.scale(60, 900)),
    browseOnPurchase: random.between(0.6, 1),
    signsOnPurchase: {
      search: random.between(0.1, 0.6),
      wishlist: random.between(0.01, 0.25),
      cart: random.between(0.3, 0.97),
      checkout: random.between(0.4, 0.99),
    },
    viewsOnPurchase: random.scale(0.6, 2.5),
    viewShare: random.between(0.8, 1),
    taste: {
      novelty: random.scale(0.5, 60),
      together: random.scale(0.3, 60),
      afterPurchase: random.scale(...kind.afterPurchase),
      focus: random.between(0.5, 0.98),
      halfLife: random.scale(4, 60),
    },
    refund: random.scale(0.0005, 0.01),
    currencyDigits: random.chance(0.85) ? 2 : 0,
  };
  return name === 'demo' ? demo(shop) : shop;
}

function demo(shop: Shop): Shop {
  return {
    ...shop,
    tracked: new Set([
      'view',
      'search',
      'wishlist',
      'cart',
      'uncart',
      'checkout',
      'coupon',
      'purchase',
      'refund',
      'visit',
    ]),
    resolution: 'second',
    categories: readableCategories(),
    established: 0.6,
    currencyDigits: 2,
  };
}

/** User types scatter around the shop's own level; each has variants of other pace, intensity and loyalty. */
function drawChains(kind: Kind, types: number, random: Random): Chain[] {
  const level = Object.fromEntries(
    Object.entries(kind.ranges).map(([name, range]) => [name, random.scale(...range)]),
  ) as Record<keyof ProfileRanges, number>;
  const signs: Record<Sign, number> = {
    search: random.scale(0.03, 0.5),
    wishlist: random.scale(0.005, 0.12),
    cart: random.scale(0.003, 0.2),
    checkout: random.scale(0.001, 0.05),
  };
  const names = Object.keys(kind.archetypes) as Archetype[];
  const shares = names.map((name) => kind.archetypes[name]!);
  const scatter = random.between(0.15, 0.6);
  const spread = { pace: random.between(0.1, 0.9), views: random.between(0.1, 1), buy: random.between(0.1, 0.8) };
  const weights = random.dirichlet(types, random.scale(0.7, 4));
  return weights.flatMap((weight, type) => {
    const profile = drawProfile(kind, names[random.weighted(shares)]!, level, signs, scatter, random);
    const variants = random.integer(2, 5);
    return Array.from({ length: variants }, () => {
      const pace = random.logNormal(1, spread.pace);
      return chainFrom(
        bounded({
          ...profile,
          returnDays: profile.returnDays / pace,
          restDays: profile.restDays / Math.sqrt(pace),
          deepDays: profile.deepDays / Math.sqrt(pace),
          views: random.logNormal(profile.views, spread.views),
          wantBuy: random.logNormal(profile.wantBuy, spread.buy),
          browseBuy: random.logNormal(profile.browseBuy, spread.buy),
          lifetime: random.logNormal(profile.lifetime, 0.5),
          lines: 1 + random.logNormal(profile.lines - 1, 0.5),
        }),
        type,
        weight / variants,
      );
    });
  });
}

function drawProfile(
  kind: Kind,
  archetype: Archetype,
  level: Record<keyof ProfileRanges, number>,
  signs: Record<Sign, number>,
  scatter: number,
  random: Random,
): Profile {
  const { times = {}, set = {} }: { times?: Partial<Record<string, number>>; set?: Partial<Record<string, Range>> } =
    ARCHETYPES[archetype];
  const drawn = Object.fromEntries(
    (Object.keys(kind.ranges) as (keyof ProfileRanges)[]).map((name) => {
      const instead = set[name];
      if (instead) return [name, random.scale(...instead)];
      return [name, random.logNormal(level[name], scatter) * (times[name] ?? 1)];
    }),
  ) as Record<keyof ProfileRanges, number>;
  const ownSigns = Object.fromEntries(SIGNS.map((sign) => [sign, random.logNormal(signs[sign], scatter)]));
  return { ...drawn, signs: ownSigns as Record<Sign, number> };
}

/** Holds shares below one and lengths above what a daily chain can show. */
function bounded(profile: Profile): Profile {
  const share = (value: number, most = 0.98) => Math.min(most, value);
  return {
    ...profile,
    direct: share(profile.direct),
    wantShare: share(profile.wantShare),
    rhythm: share(profile.rhythm),
    again: share(profile.again, 0.9),
    linger: share(profile.linger),
    quit: share(profile.quit, 0.995),
    deepShare: share(profile.deepShare),
    stickBrowsing: share(profile.stickBrowsing),
    stickWanting: share(profile.stickWanting),
    arriveWanting: share(profile.arriveWanting, 1),
    signs: Object.fromEntries(SIGNS.map((sign) => [sign, share(profile.signs[sign], 0.9)])) as Record<Sign, number>,
    restPhases: Math.min(6, profile.restPhases),
    views: Math.min(60, Math.max(1, profile.views)),
    browseDays: Math.max(0.7, profile.browseDays),
    wantDays: Math.max(0.7, profile.wantDays),
    lines: Math.max(1, profile.lines),
    wantBuy: Math.min(3, profile.wantBuy),
    browseBuy: Math.min(profile.browseBuy, profile.wantBuy * 0.7),
    awayBuy: Math.min(profile.awayBuy, profile.wantBuy * 0.2),
  };
}

interface ShopCalendar {
  buy: number[];
  visit: number[];
  scatter: number;
}

function shopCalendar(kind: Kind, random: Random): ShopCalendar {
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

function typeCalendar(shop: ShopCalendar, random: Random): TypeCalendar {
  // Some users have their own day of the week.
  const favourite = random.chance(0.25) ? random.integer(0, 6) : -1;
  const own = shop.buy.map((_, day) => random.logNormal(day === favourite ? 3 : 1, shop.scatter));
  return {
    buyByWeekday: shop.buy.map((factor, day) => factor * own[day]!),
    visitByWeekday: shop.visit.map((factor, day) => factor * Math.sqrt(own[day]!)),
    promotion: random.scale(0.2, 2.5),
  };
}

function drawPromotions(days: number, random: Random): Promotion[] {
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
function drawMood(start: number, days: number, random: Random): Float64Array {
  const yearly = random.pick([0, 0.1, 0.25, 0.5]);
  const peak = random.integer(0, 364);
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

function drawArrivals(days: number, random: Random): Float64Array {
  const shape = random.pick(['steady', 'growing', 'burst', 'waves', 'fading']);
  const growth = random.between(0.5, 3);
  const cohort = Math.max(14, days * random.between(0.08, 0.35));
  const week = Array.from({ length: 7 }, () => random.logNormal(1, 0.2));
  return Float64Array.from({ length: days }, (_, day) => {
    const share = day / days;
    const rate =
      shape === 'growing'
        ? Math.exp(growth * share)
        : shape === 'fading'
          ? Math.exp(-growth * share)
          : shape === 'burst'
            ? day < cohort
              ? 1
              : 0.002
            : shape === 'waves'
              ? 1 + 0.9 * Math.sin((2 * Math.PI * day) / (cohort * 2))
              : 1;
    return rate * week[weekday(day)]! * random.logNormal(1, 0.2);
  });
}

function hourProfile(random: Random): number[] {
  const noon = random.between(9, 15);
  const evening = random.between(18, 22.5);
  const share = random.next();
  const bump = (hour: number, centre: number, width: number) => Math.exp(-0.5 * ((hour + 0.5 - centre) / width) ** 2);
  return Array.from(
    { length: 24 },
    (_, hour) => 0.02 + share * bump(hour, noon, 3) + (1 - share) * bump(hour, evening, 2),
  );
}
