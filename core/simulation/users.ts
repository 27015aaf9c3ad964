import type { ActionType } from '../actions/action.ts';
import { drawEntry } from './arrivals.ts';
import { promotionStrengths } from './calendar.ts';
import { searchTerm } from './catalogue.ts';
import { type Cause, createSpark } from './causes.ts';
import { VIEW_MIXTURE } from './emission.ts';
import { type Machine, machineOf, VIEW_LEVELS } from './machine.ts';
import { createRandom, type Random } from './random.ts';
import type { Shop } from './shop.ts';
import { shareSampler, TasteMemory } from './taste.ts';
import { clockOf } from './times.ts';

export interface SimulatedAction {
  type: ActionType;
  /** `''` for none. */
  category: string;
  /** Wall-clock milliseconds, as if UTC. */
  at: number;
  quantity?: number;
  value?: number;
  /** Of a purchase: what set it off. */
  cause?: Cause;
  /** Of a purchase: the day number on which the want for it began. */
  since?: number;
}

export interface SimulatedUser {
  id: string;
  /** In time order. */
  actions: SimulatedAction[];
}

/** Days after a purchase in which it may be sent back. */
export const REFUND_DAYS = 30;
const DAY = 86_400_000;
/** Order of the types within a day; views are anywhere. */
const RANK: Record<ActionType, [number, number]> = {
  visit: [0, 0],
  search: [0, 0.5],
  view: [0.02, 1],
  wishlist: [0.4, 0.9],
  cart: [0.5, 0.9],
  uncart: [0.9, 0.95],
  checkout: [0.95, 0.96],
  coupon: [0.96, 0.97],
  purchase: [0.97, 0.97],
  refund: [0, 1],
};

/** Every user of a shop, one at a time; the same shop gives the same users. */
export function* simulateUsers(shop: Shop): Generator<SimulatedUser> {
  for (let index = 0; index < shop.users; index++) yield simulateUser(shop, index);
}

/** One user of a shop; depends on nothing but the shop and the index. */
export function simulateUser(shop: Shop, index: number): SimulatedUser {
  const machine = machineOf(shop);
  const random = createRandom(shop.seed, 0x75736572, index);
  const id = `u${String(index + 1).padStart(5, '0')}`;
  const memory = new TasteMemory(shop);
  const spend = random.logNormal(1, 0.5);
  const spark = createSpark(machine, promotionStrengths(shop), random);
  const shopDraw = shareSampler(shop, random);
  const clock = clockOf(shop, random);
  const actions: SimulatedAction[] = [];
  let lastPurchase = { day: Number.NEGATIVE_INFINITY, category: '' };

  let { day, g } = drawEntry(machine, random);
  spark.begin(g);
  for (let first = true; day < shop.days; first = false, day++) {
    const shape = drawDay(machine, day, g, first, random);
    const sendsBack = day - lastPurchase.day <= REFUND_DAYS && shop.tracked.has('refund') && random.chance(shop.refund);
    if (shape.counts.size > 0 || sendsBack) {
      const centred = random.chance(machine.stick[g]!);
      const urn = memory.dayUrn(day, centred, random, shopDraw);
      const touched = new Map<number, number>();
      const bought = new Set<number>();
      const today: SimulatedAction[] = [];
      const cause = shape.bought ? spark.cause(day, g) : undefined;
      for (const [type, count] of shape.counts) {
        for (let i = 0; i < count; i++) {
          const action: SimulatedAction = { type, category: '', at: 0 };
          if (type === 'view' || type === 'search' || type === 'wishlist' || type === 'cart' || type === 'purchase') {
            const index = urn();
            const { name, price } = shop.categories[index]!;
            touched.set(index, (touched.get(index) ?? 0) + 1);
            action.category = type === 'search' ? searchTerm(name) : name;
            if (type === 'purchase') {
              bought.add(index);
              lastPurchase = { day, category: name };
              action.quantity = random.geometric(1.2);
              const value = price * spend * random.logNormal(1, 0.3) * action.quantity;
              action.value = Number(value.toFixed(shop.currencyDigits));
              action.cause = cause!;
              action.since = shop.start + spark.since(day, g);
            }
          }
          today.push(action);
        }
      }
      addFollowers(shop, today, sendsBack ? lastPurchase.category : undefined, random);
      memory.add(day, touched, bought);
      const ranks = new Map(today.map((action) => [action, random.between(...RANK[action.type])]));
      today.sort((a, b) => ranks.get(a)! - ranks.get(b)!);
      clock(today, (shop.start + day) * DAY);
      actions.push(...today);
    }
    const next = step(machine, day, g, shape.bought, random);
    spark.move(day + 1, g, next, shape.bought);
    g = next;
  }
  return { id, actions };
}

/** What a day shows, given the state: purchases, and how many actions of each type that tells of the state. */
function drawDay(
  machine: Machine,
  day: number,
  g: number,
  mustShow: boolean,
  random: Random,
): { bought: boolean; counts: Map<ActionType, number> } {
  const { shop, size, chainOf } = machine;
  const counts = new Map<ActionType, number>();
  const buys = machine.buy[day * size + g]!;
  const bought = random.chance(mustShow ? buys / (1 - machine.silent[day * size + g]!) : buys);
  const visible = bought ? shop.browseOnPurchase : machine.visit[day * size + g]!;
  if ((mustShow && !bought) || random.chance(visible)) {
    do drawVisit(machine, g, bought, counts, random);
    while (mustShow && !bought && counts.size === 0);
  }
  if (bought) counts.set('purchase', random.geometric(machine.lines[chainOf[g]!]!));
  return { bought, counts };
}

function drawVisit(
  machine: Machine,
  g: number,
  bought: boolean,
  counts: Map<ActionType, number>,
  random: Random,
): void {
  const { shop, level, signs } = machine;
  const on = bought ? 1 : 0;
  if (shop.tracked.has('visit')) counts.set('visit', random.geometric(1.3));
  if (shop.tracked.has('view') && random.chance(shop.viewShare)) {
    const part = VIEW_MIXTURE[random.chance(VIEW_MIXTURE[0].share) ? 0 : 1];
    counts.set('view', random.geometric(Math.max(1, VIEW_LEVELS[level[on][g]!]! * part.factor)));
  }
  for (const { sign, chance } of signs) {
    if (random.chance(chance[on][g]!)) counts.set(sign, random.geometric(1.4));
  }
}

/** Actions that follow from those of the day and tell nothing more of the state. */
function addFollowers(shop: Shop, today: SimulatedAction[], sentBack: string | undefined, random: Random): void {
  const cart = today.find((action) => action.type === 'cart');
  if (cart && shop.tracked.has('uncart') && random.chance(0.15)) today.push({ ...cart, type: 'uncart' });
  const buys = today.some((action) => action.type === 'purchase');
  if (buys && shop.tracked.has('coupon') && random.chance(0.2)) today.push({ type: 'coupon', category: '', at: 0 });
  if (sentBack !== undefined) today.push({ type: 'refund', category: sentBack, at: 0 });
}

function step(machine: Machine, day: number, g: number, bought: boolean, random: Random): number {
  const { edgeStart, edgeTo, edge, boughtStart, boughtTo } = machine;
  const start = bought ? boughtStart : edgeStart;
  const offset = bought ? 0 : day * edgeTo.length;
  const chances = bought ? machine.bought : edge;
  let left = random.next();
  let e = start[g]!;
  for (; e < start[g + 1]! - 1; e++) {
    left -= chances[offset + e]!;
    if (left < 0) break;
  }
  return (bought ? boughtTo : edgeTo)[e]!;
}
