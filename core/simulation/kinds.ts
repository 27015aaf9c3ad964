import type { ActionType } from '../actions/action.ts';
import type { Archetype } from './archetypes.ts';
import type { Random } from './random.ts';
import { BROWSING, DEMO, type ProfileRanges, PURCHASES, type Range } from './ranges.ts';
import type { ShopKind } from './shop.ts';

export interface Kind {
  ranges: ProfileRanges;
  archetypes: Partial<Record<Archetype, number>>;
  tracked(random: Random): ActionType[];
  categories: Range;
  /** Weight of the shop's shares against a user's own past, in days of it. */
  novelty: Range;
  /** How far shops differ in the loyalty of their users, as a log-normal's sigma. */
  loyalty: number;
  /** How far users of a type differ, as a factor on the sigmas of pace, views and drive. */
  variety: number;
  /** Chance that the log has a row per order, not per line of it. */
  orders: number;
  /** Pull of a category after its purchase. */
  afterPurchase: Range;
  days: Range;
  dayResolution: number;
  closedDays: number;
  established: Range;
  /** Chance that the log follows the new users of its first weeks only, as analyses of a customer base do. */
  cohort: number;
}

const RICH = {
  ordinary: 3,
  regular: 0.5,
  heavy: 1,
  lurker: 1,
  guest: 0.7,
  bargain: 0.7,
  lapsing: 0.7,
  burst: 1,
  sporadic: 0.7,
  hesitant: 0.7,
};

const browsingTypes = (random: Random): ActionType[] => {
  const some: [ActionType, number][] = [
    ['wishlist', 0.5],
    ['cart', 0.6],
    ['search', 0.45],
    ['checkout', 0.3],
    ['visit', 0.25],
    ['uncart', 0.2],
    ['coupon', 0.2],
    ['refund', 0.25],
  ];
  const types: ActionType[] = ['purchase', ...some.filter(([, share]) => random.chance(share)).map(([type]) => type)];
  if (random.chance(0.93) || types.length < 3) types.push('view');
  return types;
};
const purchasesOnly = (random: Random): ActionType[] => (random.chance(0.25) ? ['purchase', 'refund'] : ['purchase']);

export const KINDS: Record<ShopKind, Kind> = {
  demo: {
    ranges: DEMO,
    archetypes: { ...RICH, heavy: 0.5, burst: 0.5 },
    tracked: () => ['view', 'search', 'wishlist', 'cart', 'uncart', 'checkout', 'coupon', 'purchase', 'refund'],
    categories: [30, 40],
    novelty: [6, 8],
    loyalty: 0,
    variety: 0.4,
    orders: 0,
    afterPurchase: [0.3, 0.4],
    days: [120, 121],
    dayResolution: 0,
    closedDays: 0,
    established: [0.6, 0.7],
    cohort: 0,
  },
  browsing: {
    ranges: BROWSING,
    archetypes: RICH,
    tracked: browsingTypes,
    categories: [8, 10_000],
    novelty: [1, 20_000],
    loyalty: 0.8,
    variety: 1,
    orders: 0.3,
    afterPurchase: [0.1, 1.5],
    days: [21, 400],
    dayResolution: 0.3,
    closedDays: 0.02,
    established: [0.3, 0.98],
    cohort: 0.05,
  },
  fashion: {
    ranges: { ...BROWSING, views: [4, 20], wantDays: [3, 20], again: [0.1, 0.5], quit: [0.01, 0.2] },
    archetypes: { ...RICH, bargain: 2, lurker: 2 },
    tracked: browsingTypes,
    categories: [20, 3000],
    novelty: [0.5, 5000],
    loyalty: 0.8,
    variety: 1,
    orders: 0.2,
    afterPurchase: [0.05, 0.6],
    days: [21, 400],
    dayResolution: 0.15,
    closedDays: 0.02,
    established: [0.2, 0.9],
    cohort: 0.05,
  },
  durables: {
    ranges: {
      ...BROWSING,
      returnDays: [15, 120],
      wantDays: [5, 40],
      wantBuy: [0.03, 0.25],
      browseBuy: [0.0005, 0.01],
      restDays: [20, 120],
      quit: [0.1, 0.6],
      deepShare: [0.2, 0.7],
      deepDays: [90, 600],
      again: [0.03, 0.25],
    },
    archetypes: { ...RICH, guest: 2, hesitant: 2, lurker: 2, heavy: 0.3 },
    tracked: browsingTypes,
    categories: [8, 2000],
    novelty: [1, 5000],
    loyalty: 0.8,
    variety: 1,
    orders: 0.5,
    afterPurchase: [0.01, 0.1],
    days: [120, 700],
    dayResolution: 0.15,
    closedDays: 0.05,
    established: [0.05, 0.7],
    cohort: 0.1,
  },
  'purchase-only': {
    ranges: PURCHASES,
    archetypes: { ordinary: 3, regular: 1, heavy: 1, guest: 4, lapsing: 1, burst: 1, sporadic: 1.5 },
    tracked: purchasesOnly,
    categories: [1, 5000],
    novelty: [0.2, 2000],
    loyalty: 0.8,
    variety: 1,
    orders: 0.5,
    afterPurchase: [0.3, 2],
    days: [60, 700],
    dayResolution: 0.6,
    closedDays: 0.15,
    established: [0.01, 0.9],
    cohort: 0.25,
  },
  replenishment: {
    ranges: {
      ...PURCHASES,
      restDays: [7, 70],
      restPhases: [1.5, 6],
      rhythm: [0.4, 0.97],
      wantDays: [2, 10],
      wantBuy: [0.15, 1.2],
      quit: [0.01, 0.2],
      deepShare: [0.02, 0.3],
      stickWanting: [0.4, 0.95],
    },
    archetypes: { ordinary: 2, regular: 4, heavy: 1, guest: 0.8, lapsing: 1, sporadic: 0.6 },
    tracked: (random) => (random.chance(0.5) ? purchasesOnly(random) : browsingTypes(random)),
    categories: [3, 400],
    novelty: [0.2, 200],
    loyalty: 0.8,
    variety: 1,
    orders: 0.3,
    afterPurchase: [0.9, 2.5],
    days: [90, 700],
    dayResolution: 0.4,
    closedDays: 0.15,
    established: [0.1, 0.95],
    cohort: 0.1,
  },
  grocery: {
    ranges: {
      ...PURCHASES,
      returnDays: [2, 20],
      restDays: [1.5, 9],
      restPhases: [1, 4],
      rhythm: [0.4, 0.95],
      wantDays: [1, 5],
      wantBuy: [0.3, 2],
      again: [0.02, 0.3],
      quit: [0.001, 0.05],
      deepShare: [0.01, 0.15],
      deepDays: [20, 120],
      lifetime: [200, 4000],
      lines: [2, 18],
      stickBrowsing: [0.02, 0.3],
      stickWanting: [0.02, 0.3],
    },
    archetypes: { ordinary: 3, regular: 3, heavy: 1, guest: 0.3, lapsing: 0.7, sporadic: 1 },
    tracked: (random) => (random.chance(0.75) ? purchasesOnly(random) : browsingTypes(random)),
    categories: [15, 1000],
    novelty: [0.5, 100],
    loyalty: 0.8,
    variety: 1,
    orders: 0.4,
    afterPurchase: [0.8, 1.6],
    days: [60, 700],
    dayResolution: 0.4,
    closedDays: 0.3,
    established: [0.3, 0.98],
    cohort: 0.05,
  },
  invoice: {
    ranges: { ...PURCHASES, returnDays: [10, 90], quit: [0.02, 0.35], lines: [1.3, 14], restDays: [3, 50] },
    archetypes: { ordinary: 3, regular: 1.5, heavy: 1, guest: 2, lapsing: 1, burst: 1, sporadic: 1 },
    tracked: (random) => (random.chance(0.5) ? ['purchase', 'refund'] : ['purchase']),
    categories: [20, 3000],
    novelty: [0.5, 1000],
    loyalty: 0.8,
    variety: 1,
    orders: 0.35,
    afterPurchase: [0.8, 1.6],
    days: [120, 700],
    dayResolution: 0.3,
    closedDays: 0.5,
    established: [0.2, 0.8],
    cohort: 0.1,
  },
};
