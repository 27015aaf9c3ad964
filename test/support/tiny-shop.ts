import { BEYOND } from '../../core/simulation/calendar.ts';
import type { Chain, Shop, State } from '../../core/simulation/shop.ts';
import { dayNumber } from '../../core/time.ts';

const state = (name: State['name'], visit: number, buy: number, stick: number): State => ({
  name,
  visit,
  buy,
  views: name === 'wanting' ? 3 : 1.5,
  signs: { search: 0.2, wishlist: 0.1, cart: name === 'wanting' ? 0.5 : 0.1, checkout: 0.05 },
  stick,
});

const calm: Chain = {
  type: 0,
  weight: 0.6,
  states: [state('browsing', 0.5, 0.03, 0.1), state('wanting', 0.9, 0.4, 0.7), state('lost', 0, 0, 0)],
  moves: [
    { from: 0, to: 1, rate: 0.2, appetite: true },
    { from: 0, to: 2, rate: 0.05, appetite: false },
    { from: 1, to: 0, rate: 0.3, appetite: false },
  ],
  afterPurchase: [
    [0.7, 0.1, 0.2],
    [0.6, 0.2, 0.2],
    [0, 0, 1],
  ],
  initial: [0.7, 0.3, 0],
  lines: 1.5,
};

const keen: Chain = {
  type: 1,
  weight: 0.4,
  states: [state('dormant', 0.1, 0.01, 0), state('wanting', 0.7, 0.8, 0.5)],
  moves: [
    { from: 0, to: 1, rate: 0.15, appetite: true },
    { from: 1, to: 0, rate: 0.4, appetite: false },
  ],
  afterPurchase: [
    [1, 0],
    [0.8, 0.2],
  ],
  initial: [0.5, 0.5],
  lines: 1,
};

/** A shop of two small chains, so small that its truth can be had by enumeration. */
export function tinyShop(changes: Partial<Shop> = {}): Shop {
  const days = changes.days ?? 8;
  return {
    kind: 'browsing',
    seed: 11,
    users: 100,
    start: dayNumber('2026-03-02'),
    days,
    tracked: new Set(['view', 'cart', 'purchase']),
    resolution: 'day',
    hours: new Array(24).fill(1),
    categories: [
      { name: 'a', share: 0.6, price: 10 },
      { name: 'b', share: 0.4, price: 20 },
    ],
    chains: [calm, keen],
    types: [
      { buyByWeekday: [0, 1, 1, 1, 1, 2, 1], visitByWeekday: [0.5, 1, 1, 1, 1, 1, 1], promotion: 1 },
      { buyByWeekday: [1, 1, 1, 1, 1, 1, 1], visitByWeekday: [1, 1, 1, 1, 1, 1, 1], promotion: 2 },
    ],
    promotions: [{ from: 3, days: 2, strength: 1.5 }],
    mood: new Float64Array(days + BEYOND).fill(1),
    arrivals: new Float64Array(days).fill(1),
    established: 0.4,
    heritage: 10,
    browseOnPurchase: 0.8,
    signsOnPurchase: { search: 0.2, wishlist: 0.1, cart: 0.7, checkout: 0.8 },
    viewsOnPurchase: 1.5,
    viewShare: 0.9,
    taste: { novelty: 2, together: 1.5, afterPurchase: 0.3, focus: 0.8, halfLife: 5 },
    refund: 0,
    currencyDigits: 2,
    ...changes,
  };
}
