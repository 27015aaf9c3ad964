import { drawShop, type ShopOptions } from './draw.ts';
import { machineOf } from './machine.ts';
import { createRandom } from './random.ts';
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
  /** A day is asked only if the user acted in so many days before it. */
  activeDays?: number;
}

/** One shop of the family with sampled questions about its users and their exact answers. */
export function simulateForTraining(
  seed: number,
  options: TrainingOptions = {},
): { shop: Shop; users: TrainingUser[] } {
  const { queriesPerUser = 16, activeDays = 90 } = options;
  const shop = drawShop(seed, options);
  const machine = machineOf(shop);
  const random = createRandom(seed, 0x71756572);
  const asked = new Map<number, { belief: Belief; query: TrainingQuery }[]>();
  const users: TrainingUser[] = [];
  for (const user of simulateUsers(shop)) {
    const eligible = activeMornings(shop, user, activeDays);
    for (let i = 0; i < Math.min(queriesPerUser, eligible.length); i++) {
      const j = random.integer(i, eligible.length - 1);
      [eligible[i], eligible[j]] = [eligible[j]!, eligible[i]!];
    }
    const days = eligible.slice(0, queriesPerUser).sort((a, b) => a - b);
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
