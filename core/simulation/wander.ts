/**
 * Users who come back to less: of the days on which a simulated user returns to a category, some are about one of its own
 * instead. Shops differ in how often what is bought, and what is only looked at, was there before, and far more than
 * simulated tastes do: of shops of brands, most of what is bought is new to its buyer.
 */
import type { Random } from './random.ts';
import type { SimulatedAction } from './users.ts';

export interface Wandering {
  /** Chance that a day's return to a category is about another one, where the day has a purchase of it. */
  bought: number;
  /** The same where it has none. */
  looked: number;
}

const FAITHFUL = 0.3;
const DAY = 86_400_000;

/** How much the users of a shop wander; undefined where they do not more than their tastes say. */
export function drawWandering(random: Random): Wandering | undefined {
  const [faithful, bought, looked] = [random.chance(FAITHFUL), random.next(), random.next()];
  return faithful ? undefined : { bought, looked };
}

/** A user's actions with some returns renamed; nothing else of them changes. */
export function wandered(actions: readonly SimulatedAction[], rates: Wandering, random: Random): SimulatedAction[] {
  const bought = new Set(actions.filter(({ type }) => type === 'purchase').map(episodeOf));
  const known = new Set<string>();
  const names = new Map<string, string>();
  return actions.map((action) => {
    if (!action.category) return action;
    const episode = episodeOf(action);
    let name = names.get(episode);
    if (name === undefined) {
      const leaves = known.has(action.category) && random.chance(bought.has(episode) ? rates.bought : rates.looked);
      name = leaves ? `new${names.size + 1}` : action.category;
      names.set(episode, name);
      known.add(action.category);
    }
    return { ...action, category: name };
  });
}

function episodeOf({ at, category }: SimulatedAction): string {
  return `${Math.floor(at / DAY)} ${category}`;
}
