import { searchTerm } from './catalogue.ts';
import type { DaySigns } from './emission.ts';
import { type Shop, SIGNS, type Sign } from './shop.ts';
import type { SimulatedAction } from './users.ts';

const DAY = 86_400_000;

/** A visible day of a user, read from its actions. */
export interface VisibleDay {
  /** Day of the log, 0-based. */
  day: number;
  signs: Omit<DaySigns, 'focusRatio'>;
  touched: Map<number, number>;
  bought: Set<number>;
}

/** Reads what a user's actions show, day by day; nothing hidden is used. */
export function visibleDays(shop: Shop, actions: readonly SimulatedAction[]): VisibleDay[] {
  const { byName, byTerm } = lookups(shop);
  const days: VisibleDay[] = [];
  let current:
    | (VisibleDay & { signs: { signs: Set<Sign>; purchases: number; views: number; browsing: boolean } })
    | undefined;
  for (const { type, category, at } of actions) {
    const day = Math.floor(at / DAY) - shop.start;
    if (current?.day !== day) {
      current = {
        day,
        signs: { purchases: 0, views: 0, signs: new Set(), browsing: false },
        touched: new Map(),
        bought: new Set(),
      };
      days.push(current);
    }
    const { signs, touched, bought } = current;
    if (type === 'purchase') signs.purchases++;
    else if (type === 'view') signs.views++;
    else if ((SIGNS as readonly string[]).includes(type)) signs.signs.add(type as Sign);
    else if (type !== 'visit') continue;
    if (type !== 'purchase') signs.browsing = true;
    const index = (type === 'search' ? byTerm : byName).get(category);
    if (index === undefined) continue;
    touched.set(index, (touched.get(index) ?? 0) + 1);
    if (type === 'purchase') bought.add(index);
  }
  return days;
}

const known = new WeakMap<Shop, { byName: Map<string, number>; byTerm: Map<string, number> }>();

function lookups(shop: Shop): { byName: Map<string, number>; byTerm: Map<string, number> } {
  let lookup = known.get(shop);
  if (!lookup) {
    lookup = {
      byName: new Map(shop.categories.map(({ name }, i) => [name, i])),
      byTerm: new Map(shop.categories.map(({ name }, i) => [searchTerm(name), i])),
    };
    known.set(shop, lookup);
  }
  return lookup;
}
