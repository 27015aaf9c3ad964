/** How much of what a shop's users do is about which category. */
import { type Action, categoryOf, typeOf } from '../actions/action.ts';

/** A category that fewer users touched is left out: it would tell of them. */
const FEWEST_USERS = 5;
const KEPT = 300;

export interface CategoryTally {
  /** Adds the actions of one user. */
  add(actions: readonly Action[]): void;
  /** Shares of all actions with a category (searches have none), the greatest first, at most 300. */
  shares(): { category: string; share: number }[];
}

export function createCategoryTally(): CategoryTally {
  const counts = new Map<string, { actions: number; users: number }>();
  let all = 0;
  return {
    add(actions) {
      const own = categoryCounts(actions);
      for (const [category, { actions: n }] of own) {
        all += n;
        const count = counts.get(category) ?? { actions: 0, users: 0 };
        counts.set(category, { actions: count.actions + n, users: count.users + 1 });
      }
    },
    shares: () =>
      [...counts]
        .filter(([, { users }]) => users >= FEWEST_USERS)
        .map(([category, { actions }]) => ({ category, share: actions / all }))
        .sort((a, b) => b.share - a.share || (a.category < b.category ? -1 : 1))
        .slice(0, KEPT),
  };
}

/** Actions and purchases by category; what people type into a search is none. */
export function categoryCounts(actions: readonly Action[]): Map<string, { actions: number; purchases: number }> {
  const counts = new Map<string, { actions: number; purchases: number }>();
  for (const { word } of actions) {
    const [category, type] = [categoryOf(word), typeOf(word)];
    if (!category || type === 'search') continue;
    const count = counts.get(category) ?? { actions: 0, purchases: 0 };
    const purchases = count.purchases + (type === 'purchase' ? 1 : 0);
    counts.set(category, { actions: count.actions + 1, purchases });
  }
  return counts;
}
