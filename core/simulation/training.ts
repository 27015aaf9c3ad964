import { drawShop, type ShopOptions } from './draw.ts';
import { machineOf } from './machine.ts';
import { createRandom, type Random } from './random.ts';
import type { Shop } from './shop.ts';
import { sweepSurvival } from './survival.ts';
import { type Belief, beliefs, survivalOf } from './truth.ts';
import { type SimulatedUser, simulateUsers } from './users.ts';

const DAY = 86_400_000;

export interface TrainingQuery {
  /** Day number of the morning asked about: only actions before it are known. */
  day: number;
  /** P(no purchase in [day, day + edge)) for each of `SURVIVAL_EDGES`, exact. */
  survival: Float32Array;
}

export interface TrainingUser extends SimulatedUser {
  queries: TrainingQuery[];
  /** Days that could have been asked; a query stands for eligibleDays ÷ queries.length of them. */
  eligibleDays: number;
}

export interface TrainingOptions extends ShopOptions {
  queriesPerUser?: number;
  /** Users asked about, the first ones; the others only make the shop statistics as exact as a real shop's. */
  asked?: number;
  /** A day is asked only if the user acted in so many days before it; drawn for each shop where not given. */
  activeDays?: number;
}

/** What shops call active: mostly the default, some look back much further. */
const ACTIVE_DAYS = [90, 90, 90, 180, 365] as const;
/** Days of a shop that are asked about; more would say little new of it. */
const MORNINGS = 48;

/** One shop of the family with sampled questions about its users and their exact answers. */
export function simulateForTraining(
  seed: number,
  options: TrainingOptions = {},
): { shop: Shop; users: TrainingUser[] } {
  const random = createRandom(seed, 0x71756572);
  const { queriesPerUser = 16, asked: askedUsers = Number.POSITIVE_INFINITY } = options;
  const activeDays = options.activeDays ?? random.pick(ACTIVE_DAYS);
  const shop = drawShop(seed, options);
  const machine = machineOf(shop);
  const mornings = new Set(
    sample(
      Array.from({ length: shop.days }, (_, day) => day),
      MORNINGS,
      random,
    ),
  );
  const asked = new Map<number, { belief: Belief; query: TrainingQuery }[]>();
  const users: TrainingUser[] = [];
  for (const user of simulateUsers(shop)) {
    const wanted = users.length < askedUsers;
    const eligible = wanted ? activeMornings(shop, user, activeDays).filter((day) => mornings.has(day)) : [];
    const days = sample(eligible, queriesPerUser, random).sort((a, b) => a - b);
    const queries = beliefs(machine, user.actions, days).map((belief) => {
      const query = { day: shop.start + belief.day, survival: new Float32Array(0) };
      const others = asked.get(belief.day);
      if (others) others.push({ belief, query });
      else asked.set(belief.day, [{ belief, query }]);
      return query;
    });
    users.push({ ...user, queries, eligibleDays: eligible.length });
  }
  if (asked.size > 0) {
    sweepSurvival(machine, Math.min(...asked.keys()), Math.max(...asked.keys()), (day, edges) => {
      const questions = asked.get(day);
      if (!questions) return;
      const table = edges();
      for (const { belief, query } of questions) query.survival = survivalOf(machine, belief, table);
    });
  }
  return { shop, users };
}

/** Mornings of the log (0-based) after the first day on which the user's last action is at most so many days old. */
export function activeMornings(shop: Shop, user: SimulatedUser, activeDays: number): number[] {
  const days: number[] = [];
  let last = Number.NaN;
  for (const { at } of user.actions) {
    const acted = Math.floor(at / DAY) - shop.start;
    if (acted === last) continue;
    for (let day = last + 1; day <= Math.min(acted, last + activeDays); day++) days.push(day);
    last = acted;
  }
  for (let day = last + 1; day <= Math.min(shop.days - 1, last + activeDays); day++) days.push(day);
  return days;
}

/** So many of the items without repetition, or all of them. */
function sample<T>(items: readonly T[], count: number, random: Random): T[] {
  const left = [...items];
  for (let i = 0; i < Math.min(count, left.length); i++) {
    const j = random.integer(i, left.length - 1);
    [left[i], left[j]] = [left[j]!, left[i]!];
  }
  return left.slice(0, count);
}
