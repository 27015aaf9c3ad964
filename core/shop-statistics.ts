/**
 * Shop statistics: what the model is told of the whole shop, as of the first instant of a day. Sums and histograms over
 * users, so parts add up; the same function serves the nightly run, training and backtests.
 */
import { ACTION_TYPES, type Action, typeOf } from './actions/action.ts';
import { below } from './sorted.ts';
import type { Zone } from './time.ts';

const TYPES = ACTION_TYPES.length;
const PURCHASE = ACTION_TYPES.indexOf('purchase');
const DAY_SECONDS = 86_400;
const ACTIVE_DAYS = 90;
/** Users silent for longer count nowhere: the nightly run does not read them. */
export const REACH_DAYS = 120;
const WEEKS = 8;
const GAP_QUANTILES = [0.1, 0.25, 0.5, 0.75, 0.9] as const;
/** Gap histogram: bin of a gap of g days is round(8 ln g), gaps up to ~3000 days. */
const GAP_BINS = 65;
const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

/** Names, in the order of the vector. `logit_*`: log-odds of a share; `log_*`: natural log or log1p of a rate. */
export const SHOP_STATISTICS: readonly string[] = [
  'log_age_days',
  'logit_bought_7d_one_week_ago',
  'logit_bought_7d_two_weeks_ago',
  'logit_bought_30d_one_month_ago',
  'log_purchase_days_per_active_user_28d',
  ...ACTION_TYPES.map((type) => `log_${type}_per_active_user_7d`),
  ...ACTION_TYPES.map((type) => `log_${type}_per_active_user_30d`),
  'logit_buyers',
  'logit_repeat_buyers',
  'logit_active_7d',
  'logit_active_30d',
  'logit_new_30d',
  'log_active_days_per_active_user_30d',
  ...GAP_QUANTILES.map((q) => `log_gap_q${q * 100}`),
  'log_gaps_per_buyer',
  ...WEEKDAYS.map((weekday) => `log_purchases_on_${weekday}`),
  'log_purchases_4_weeks_against_4_before',
  'log_purchases_1_week_against_4_before',
  'log_active_4_weeks_against_4_before',
  'share_without_time_of_day',
];

/** A user's history by day: what every tally of that user reads. Days are wall-clock day numbers. */
export interface UserDays {
  /** Days with an action, ascending. */
  days: Int32Array;
  /** `totals[i * types + t]`: actions of type t on the days before `days[i]`; one row more than days. */
  totals: Int32Array;
  /** Days with a purchase, ascending. */
  purchases: Int32Array;
  /** Day of the first action that fell on another second than its day's first; infinite in a log that keeps days only. */
  firstTimed: number;
}

/** @param actions time-ordered type indices and wall-clock seconds */
export function userDays(actions: Iterable<{ type: number; at: number }>): UserDays {
  const days: number[] = [];
  const totals: number[] = new Array(TYPES).fill(0);
  const purchases: number[] = [];
  let firstTimed = Number.POSITIVE_INFINITY;
  for (const { type, at } of actions) {
    const day = Math.floor(at / DAY_SECONDS);
    if (at !== day * DAY_SECONDS) firstTimed = Math.min(firstTimed, day);
    if (days.at(-1) !== day) {
      days.push(day);
      for (let t = 0; t < TYPES; t++) totals.push(totals[(days.length - 1) * TYPES + t]!);
    }
    totals[days.length * TYPES + type]!++;
    if (type === PURCHASE && purchases.at(-1) !== day) purchases.push(day);
  }
  return {
    days: Int32Array.from(days),
    totals: Int32Array.from(totals),
    purchases: Int32Array.from(purchases),
    firstTimed,
  };
}

/** @param actions in sequence order */
export function userDaysOf(actions: readonly Action[], zone: Zone): UserDays {
  let latest = Number.NEGATIVE_INFINITY;
  return userDays(
    actions.map((action) => {
      latest = Math.max(latest, zone.wallClock(action.at));
      return { type: ACTION_TYPES.indexOf(typeOf(action.word)), at: latest };
    }),
  );
}

const logit = (hits: number, of: number) => Math.log((hits + 0.5) / (Math.max(of - hits, 0) + 0.5));
const logRatio = (a: number, b: number) => Math.log((a + 1) / (b + 1));

export interface ShopTally {
  addDays(user: UserDays): void;
  add(actions: readonly Action[], zone: Zone): void;
  /** The shop statistics in the order of SHOP_STATISTICS. */
  vector(): Float32Array;
  /** Share of the users active 30 days before who bought since; the measured part of θ. 0 for no users. */
  rate30(): number;
  /** Users active in the last 90 days. */
  activeUsers(): number;
}

/** @param asOf day number; only actions before its first instant count */
export function createShopTally(asOf: number): ShopTally {
  let firstDay = asOf;
  let active = 0;
  let buyers = 0;
  let repeaters = 0;
  let active7 = 0;
  let active30 = 0;
  let active28 = 0;
  let activeBefore28 = 0;
  let fresh30 = 0;
  let dayOnlyUsers = 0;
  let activeDays30 = 0;
  let gaps = 0;
  let purchaseDays28 = 0;
  const counts7 = new Float64Array(TYPES);
  const counts30 = new Float64Array(TYPES);
  const gapBins = new Float64Array(GAP_BINS);
  const weekday = new Float64Array(7);
  const weeks = new Float64Array(WEEKS);
  const windows = [
    { ago: 7, length: 7, active: 0, bought: 0 },
    { ago: 14, length: 7, active: 0, bought: 0 },
    { ago: 30, length: 30, active: 0, bought: 0 },
  ];

  const addDays = ({ days, totals, purchases, firstTimed }: UserDays): void => {
    const end = below(days, asOf);
    if (end === 0 || days[end - 1]! < asOf - REACH_DAYS) return;
    firstDay = Math.min(firstDay, days[0]!);
    for (const window of windows) {
      const from = asOf - window.ago;
      if (below(days, from) === below(days, from - ACTIVE_DAYS)) continue;
      window.active++;
      if (below(purchases, from + window.length) > below(purchases, from)) window.bought++;
    }
    const bought = below(purchases, asOf);
    for (let index = 1; index < bought; index++) {
      const gap = purchases[index]! - purchases[index - 1]!;
      gapBins[Math.min(GAP_BINS - 1, Math.round(8 * Math.log(gap)))]!++;
      gaps++;
    }
    for (let index = bought - 1; index >= 0; index--) {
      const ago = asOf - 1 - purchases[index]!;
      if (ago >= WEEKS * 7) break;
      weeks[Math.floor(ago / 7)]!++;
      // Day 0, 1970-01-01, was a Thursday: Monday is 0 here.
      weekday[(((purchases[index]! + 3) % 7) + 7) % 7]!++;
    }
    if (bought > 0) buyers++;
    if (bought > 1) repeaters++;
    const from90 = below(days, asOf - ACTIVE_DAYS);
    const from28 = below(days, asOf - 28);
    if (from28 > below(days, asOf - 56)) activeBefore28++;
    if (from90 === end) return;
    active++;
    if (firstTimed >= asOf) dayOnlyUsers++;
    const from7 = below(days, asOf - 7);
    const from30 = below(days, asOf - 30);
    if (from7 < end) active7++;
    if (from28 < end) active28++;
    if (from30 < end) active30++;
    if (days[0]! >= asOf - 30) fresh30++;
    activeDays30 += end - from30;
    purchaseDays28 += bought - below(purchases, asOf - 28);
    for (let type = 0; type < TYPES; type++) {
      const total = totals[end * TYPES + type]!;
      counts7[type]! += total - totals[from7 * TYPES + type]!;
      counts30[type]! += total - totals[from30 * TYPES + type]!;
    }
  };

  const gapQuantile = (q: number): number => {
    let seen = 0;
    for (let bin = 0; bin < GAP_BINS; bin++) {
      seen += gapBins[bin]!;
      if (gaps > 0 && seen >= q * gaps) return bin / 8;
    }
    return 0;
  };

  const vector = (): Float32Array => {
    const per = (count: number) => Math.log1p(count / Math.max(1, active));
    const everyone = Math.max(buyers, active);
    const purchases = weekday.reduce((sum, count) => sum + count, 0);
    const sum = (from: number, to: number) => weeks.slice(from, to).reduce((total, count) => total + count, 0);
    return Float32Array.from([
      Math.log1p(asOf - firstDay),
      ...windows.map((window) => logit(window.bought, window.active)),
      Math.log((purchaseDays28 + 0.5) / (active + 1)),
      ...Array.from(counts7, per),
      ...Array.from(counts30, per),
      logit(buyers, everyone),
      logit(repeaters, Math.max(buyers, repeaters)),
      logit(active7, active),
      logit(active30, active),
      logit(fresh30, active),
      per(activeDays30),
      ...GAP_QUANTILES.map(gapQuantile),
      Math.log1p(gaps / Math.max(1, buyers)),
      ...Array.from(weekday, (count) => Math.log((7 * (count + 2)) / (purchases + 14))),
      logRatio(sum(0, 4), sum(4, 8)),
      logRatio(4 * sum(0, 1), sum(1, 5)),
      logRatio(active28, activeBefore28),
      active === 0 ? 0 : dayOnlyUsers / active,
    ]);
  };

  return {
    addDays,
    add: (actions, zone) => addDays(userDaysOf(actions, zone)),
    vector,
    rate30: () => (windows[2]!.active === 0 ? 0 : windows[2]!.bought / windows[2]!.active),
    activeUsers: () => active,
  };
}
