/** Actions of simulated users, as the product would have stored them. */
import { type Action, compareActions, wordOf } from '../../core/actions/action.ts';
import { drawShop, simulateUsers } from '../../core/simulation/index.ts';
import type { Zone } from '../../core/time.ts';

/** From 2026-01-01 on, in sequence order; the simulated clock is the zone's wall clock, its changes included. */
export function simulatedHistories(users: number, zone: Zone, seed = 5): Action[][] {
  const shop = drawShop(seed, { kind: 'demo', users, days: 120, start: '2026-01-01' });
  return [...simulateUsers(shop)].map((user) =>
    user.actions
      .map(({ at, type, category }, i) => ({ word: wordOf(type, category), at: zone.instantOf(at), id: `${i}` }))
      .sort(compareActions),
  );
}
