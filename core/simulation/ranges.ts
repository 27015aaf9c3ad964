import type { Profile } from './profile.ts';

/** Bounds of a quantity of a profile; drawn log-uniformly for the shop, types scatter around it. */
export type Range = readonly [low: number, high: number];
export type ProfileRanges = Record<Exclude<keyof Profile, 'signs'>, Range>;

/** Users whose browsing shows. */
export const BROWSING: ProfileRanges = {
  returnDays: [2, 30],
  direct: [0.02, 0.3],
  browseDays: [1, 25],
  wantShare: [0.06, 0.9],
  wantDays: [1.5, 14],
  wantBuy: [0.06, 0.9],
  browseBuy: [0.002, 0.06],
  awayBuy: [0.0003, 0.018],
  restDays: [1.2, 20],
  restPhases: [1, 1.4],
  rhythm: [0.02, 0.3],
  again: [0.05, 0.5],
  linger: [0.05, 0.5],
  quit: [0.002, 0.1],
  deepShare: [0.01, 0.3],
  deepDays: [30, 200],
  lifetime: [120, 4000],
  visitAway: [0.002, 0.2],
  visitResting: [0.01, 0.5],
  visitBrowsing: [0.12, 2],
  visitWanting: [0.3, 3],
  views: [1.2, 12],
  wantViews: [0.8, 2.5],
  wantSigns: [1, 8],
  stickBrowsing: [0.01, 0.4],
  stickWanting: [0.04, 0.9],
  lines: [1.02, 2],
  arriveWanting: [0.05, 0.6],
};

/** Users of shops that mostly log purchases: slower, and more of them never return. */
export const PURCHASES: ProfileRanges = {
  ...BROWSING,
  returnDays: [8, 450],
  direct: [0.2, 0.8],
  wantShare: [0.1, 0.7],
  restDays: [2, 60],
  restPhases: [1, 3],
  rhythm: [0.02, 0.6],
  again: [0.03, 0.35],
  quit: [0.05, 0.85],
  deepShare: [0.1, 0.85],
  deepDays: [60, 900],
  lifetime: [60, 2000],
  awayBuy: [0.0002, 0.006],
  stickBrowsing: [0.02, 0.7],
  stickWanting: [0.05, 0.9],
  lines: [1.02, 3],
  arriveWanting: [0.5, 0.99],
};

/** Narrow bounds around a lively shop that is quickly filled. */
export const DEMO: ProfileRanges = {
  ...BROWSING,
  returnDays: [13, 15],
  browseDays: [1.6, 2],
  restDays: [6, 8],
  again: [0.1, 0.15],
  quit: [0.02, 0.03],
  wantShare: [0.28, 0.34],
  wantDays: [4, 5],
  wantBuy: [0.2, 0.24],
  browseBuy: [0.006, 0.008],
  awayBuy: [0.0005, 0.001],
  deepShare: [0.08, 0.1],
  visitAway: [0.01, 0.015],
  visitResting: [0.04, 0.06],
  visitBrowsing: [0.5, 0.6],
  visitWanting: [0.9, 1.1],
  views: [1.5, 1.8],
  wantViews: [1.4, 1.6],
  wantSigns: [4, 5],
  stickWanting: [0.6, 0.7],
  lines: [1.2, 1.3],
  lifetime: [300, 400],
};
