import type { Profile } from './profile.ts';
import type { Range } from './ranges.ts';

/** What sets a user type apart from the shop's ordinary user: factors on the profile, or what to put instead. */
export const ARCHETYPES = {
  ordinary: {},
  regular: { times: { deepShare: 0.2, again: 0.3, quit: 0.3 }, set: { rhythm: [0.8, 0.98], restPhases: [2, 6] } },
  heavy: { times: { returnDays: 0.3, restDays: 0.4, wantShare: 1.5, views: 1.6, quit: 0.2, lifetime: 2, lines: 1.4 } },
  lurker: { times: { wantShare: 0.04, browseBuy: 0.05, awayBuy: 0.05, direct: 0.02, returnDays: 0.7 } },
  guest: { set: { quit: [0.8, 0.99], arriveWanting: [0.5, 1] } },
  bargain: { times: { wantShare: 0.6, wantBuy: 0.5 } },
  lapsing: { times: { lifetime: 0.15, returnDays: 0.7 } },
  burst: { times: { restDays: 0.5, deepDays: 1.5 }, set: { again: [0.4, 0.8], deepShare: [0.4, 0.9] } },
  sporadic: { times: { awayBuy: 3, views: 0.5 }, set: { direct: [0.5, 0.95] } },
  hesitant: { times: { wantDays: 2.5, wantBuy: 0.3, visitWanting: 1.3, wantSigns: 1.5 } },
} satisfies Record<
  string,
  { times?: Partial<Record<keyof Profile, number>>; set?: Partial<Record<keyof Profile, Range>> }
>;
export type Archetype = keyof typeof ARCHETYPES;
