import type { Random } from './random.ts';
import type { Shop } from './shop.ts';

const HOUR = 3_600_000;
const LAST_SECOND = 86_399_000;

/**
 * Puts the times of one day on its actions, which come in order: one or a few sessions at the shop's hours, seconds
 * to minutes between actions, all lines of an order at one moment. A shop that logs days gives every action midnight.
 */
export function clockOf(
  shop: Shop,
  random: Random,
): (actions: { type: string; at: number }[], midnight: number) => void {
  return (actions, midnight) => {
    if (shop.resolution === 'day') {
      for (const action of actions) action.at = midnight;
      return;
    }
    const sessions = Math.min(actions.length, random.geometric(1.25));
    const starts = Array.from({ length: sessions }, () => sessionStart(shop, random)).sort((a, b) => a - b);
    let session = 0;
    let at = starts[0]!;
    let order: number | undefined;
    for (const [i, action] of actions.entries()) {
      if (session + 1 < sessions && i >= ((session + 1) * actions.length) / sessions) {
        session++;
        at = Math.max(at, starts[session]!);
      }
      if (action.type === 'purchase' && order !== undefined) at = order;
      action.at = midnight + Math.min(at, LAST_SECOND);
      if (action.type === 'purchase') order = at;
      at += 1000 * random.geometric(40);
    }
  };
}

function sessionStart(shop: Shop, random: Random): number {
  return random.weighted(shop.hours) * HOUR + Math.floor(random.next() * 3600) * 1000;
}
