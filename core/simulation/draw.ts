import { type Day, dayNumber } from '../time.ts';
import { numberedCategories, readableCategories } from './catalogue.ts';
import { drawArrivals, drawMood, drawPromotions, hourProfile, shopCalendar, typeCalendar } from './draw-calendar.ts';
import { drawChains } from './draw-users.ts';
import { KINDS } from './kinds.ts';
import { createRandom } from './random.ts';
import { SHOP_KINDS, type Shop, type ShopKind } from './shop.ts';

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
  const kind = KINDS[name];
  const days = options.days ?? Math.round(random.scale(...kind.days));
  const start =
    options.start === undefined ? dayNumber('2024-01-01') + random.integer(0, 730) : dayNumber(options.start);
  const tracked = new Set(kind.tracked(random));
  const types = random.integer(5, 13);
  // Some shops sell one thing, or log everything as one category.
  const oneThing = name !== 'demo' && random.chance(0.08);
  const calendar = shopCalendar(kind, random);
  const cohort = random.chance(kind.cohort);
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
      oneThing ? 1 : Math.round(random.scale(...kind.categories)),
      random.between(0.5, 1.4),
      random.chance(0.35) ? 2 : 1,
      random,
    ),
    chains: drawChains(kind, types, random),
    types: Array.from({ length: types }, () => typeCalendar(calendar, random)),
    promotions: drawPromotions(days, random),
    mood: drawMood(start, days, random),
    arrivals: drawArrivals(days, cohort, random),
    established: cohort ? 0 : random.between(...kind.established),
    heritage: Math.round(random.scale(60, 900)),
    browseOnPurchase: 1 - random.scale(0.01, 0.4),
    signsOnPurchase: {
      search: random.between(0.1, 0.6),
      wishlist: random.between(0.01, 0.25),
      cart: random.between(0.3, 0.97),
      checkout: random.between(0.4, 0.99),
    },
    viewsOnPurchase: random.scale(0.6, 2.5),
    viewShare: random.between(0.8, 1),
    taste: {
      novelty: random.scale(...kind.novelty),
      together: random.scale(0.3, 60),
      afterPurchase: random.scale(...kind.afterPurchase),
      focus: random.between(0.5, 0.98),
      halfLife: random.scale(4, 60),
    },
    refund: random.scale(0.0005, 0.01),
    currencyDigits: random.chance(0.85) ? 2 : 0,
  };
  return name === 'demo' ? { ...shop, categories: readableCategories(), currencyDigits: 2 } : shop;
}
