/** Simulated shops as the model trains on them: the product's own sequences and statistics, with exact targets. */
import { ACTION_TYPES, wordOf } from '../actions/action.ts';
import { encode, type Position } from '../sequences.ts';
import { createShopTally, type ShopTally, type UserDays, userDays } from '../shop-statistics.ts';
import { trainingWindows } from '../training.ts';
import type { Vocabulary } from '../vocabulary.ts';
import { createRandom, type Random } from './random.ts';
import { simulateForTraining, type TrainingOptions, type TrainingUser } from './training.ts';
import { drawWandering, wandered } from './wander.ts';

const DAY_SECONDS = 86_400;
/** Reading a long window costs as much as reading many short ones: one of two is left out, and the other counts twice. */
const LONG = 128;
const KEPT = 0.5;

export interface FedWindow {
  words: Int32Array;
  at: Float64Array;
  count: Float32Array;
  local: Int32Array;
  queries: { day: number; nextLocal: number; weight: number; survival: Float32Array }[];
}

export interface FedShop {
  kind: string;
  firstDay: number;
  lastDay: number;
  users: number;
  actions: number;
  /** Shop statistics as of the day before each day asked. */
  statistics: Map<number, Float32Array>;
  windows: FedWindow[];
}

export interface FeedOptions extends TrainingOptions {
  /** Users of most shops come back to less than they did. Targets stay as they are, so hazards must not learn from it. */
  wander?: boolean;
}

/** One simulated shop, ready for training. Deterministic in the seed. */
export function feedShop(seed: number, vocabulary: Vocabulary, options: FeedOptions = {}): FedShop {
  const { shop, users } = simulateForTraining(seed, options);
  if (options.wander) wander(users, seed);
  const days = new Set(users.flatMap(({ queries }) => queries.map(({ day }) => day)));
  const histories = users.map(historyOf);
  const random = createRandom(seed, 0x66656564);
  return {
    kind: shop.kind,
    firstDay: shop.start,
    lastDay: shop.start + shop.days - 1,
    users: users.length,
    actions: users.reduce((sum, { actions }) => sum + actions.length, 0),
    statistics: statisticsOf(histories, days),
    windows: users.flatMap((user) => windowsOf(user, vocabulary, random)),
  };
}

function wander(users: TrainingUser[], seed: number): void {
  const random = createRandom(seed, 0x77616e64);
  const rates = drawWandering(random);
  if (rates) for (const user of users) user.actions = wandered(user.actions, rates, random);
}

function historyOf({ actions }: TrainingUser): UserDays {
  return userDays(actions.map(({ type, at }) => ({ type: ACTION_TYPES.indexOf(type), at: Math.floor(at / 1000) })));
}

function statisticsOf(histories: UserDays[], days: ReadonlySet<number>): Map<number, Float32Array> {
  const tallies = new Map<number, ShopTally>();
  for (const day of days) tallies.set(day, createShopTally(day - 1));
  for (const history of histories) for (const tally of tallies.values()) tally.addDays(history);
  return new Map([...tallies].map(([day, tally]) => [day, tally.vector()]));
}

function windowsOf(user: TrainingUser, vocabulary: Vocabulary, random: Random): FedWindow[] {
  if (user.queries.length === 0) return [];
  const positions = positionsOf(user);
  const weight = user.eligibleDays / user.queries.length;
  const days = user.queries.map(({ day }) => day);
  return trainingWindows(positions, days).flatMap((window) => {
    const thinned = window.positions.length > LONG;
    if (thinned && !random.chance(KEPT)) return [];
    const { words, at, count, local, categories } = encode(window.positions, vocabulary);
    const queries = window.asked.map((index) => {
      const { day, survival } = user.queries[index]!;
      return {
        day,
        survival,
        weight: thinned ? weight / KEPT : weight,
        nextLocal: nextLocal(user, day, categories, at, local),
      };
    });
    return [{ words, at, count, local, queries }];
  });
}

/** Simulated times are wall-clock already; equal times are ordered as the store orders them. */
function positionsOf({ actions }: TrainingUser): Position[] {
  const timed = actions.map(({ type, category, at }) => ({ word: wordOf(type, category), at: Math.floor(at / 1000) }));
  timed.sort((a, b) => a.at - b.at || (a.word < b.word ? -1 : a.word > b.word ? 1 : 0));
  const positions: Position[] = [];
  for (const { word, at } of timed) {
    const last = positions.at(-1);
    if (last?.word === word && Math.floor(last.at / DAY_SECONDS) === Math.floor(at / DAY_SECONDS)) {
      last.count++;
      last.at = at;
    } else positions.push({ word, at, count: 1 });
  }
  return positions;
}

/** Own number of the next purchase's category if it was seen before the day, 0 if it was not, -1 for no purchase. */
function nextLocal(
  { actions }: TrainingUser,
  day: number,
  categories: string[],
  at: Float64Array,
  local: Int32Array,
): number {
  const next = actions.find((action) => action.type === 'purchase' && action.at >= day * DAY_SECONDS * 1000);
  if (!next) return -1;
  const number = categories.indexOf(next.category) + 1;
  const first = local.indexOf(number);
  return number > 0 && at[first]! < day * DAY_SECONDS ? number : 0;
}
