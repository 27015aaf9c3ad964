import type { Machine } from './machine.ts';
import type { Random } from './random.ts';
import type { StateName } from './shop.ts';

/** What truly set a purchase off. */
export const CAUSES = ['browsing', 'promotion', 'rhythm', 'impulse', 'follow-up', 'arrival'] as const;
export type Cause = (typeof CAUSES)[number];

/** Follows one user's states and tells why a purchase came. */
export interface Spark {
  begin(g: number): void;
  /** A change of state that takes effect on `day`. */
  move(day: number, from: number, to: number, bought: boolean): void;
  /** Cause of a purchase on `day` in state `g`. */
  cause(day: number, g: number): Cause;
  /** The day on which the want began that the user is in; `day` in other states. */
  since(day: number, g: number): number;
}

/**
 * A promotion that multiplies a hazard by f caused the share 1 − 1/f of what happens under it; which ones is drawn.
 * @param strengths of the promotion running on each day, 1 for none
 */
export function createSpark(machine: Machine, strengths: Float64Array, random: Random): Spark {
  const { shop, chainOf, first } = machine;
  const names: StateName[] = shop.chains.flatMap((chain) => chain.states.map((state) => state.name));
  let want: Cause = 'arrival';
  let wantsSince = 0;
  const promoted = (day: number, g: number): boolean => {
    const { promotion } = shop.types[shop.chains[chainOf[g]!]!.type]!;
    const lift = (strengths[day] ?? 1) ** promotion;
    return random.chance(1 - 1 / Math.max(1, lift));
  };
  return {
    begin: () => {
      want = 'arrival';
      wantsSince = 0;
    },
    move: (day, from, to, bought) => {
      if (names[to] !== 'wanting' || (names[from] === 'wanting' && !bought)) return;
      wantsSince = day;
      if (bought) want = 'follow-up';
      else if (names[from] === 'rest') want = 'rhythm';
      else if (feelsAppetite(machine, from - first[chainOf[from]!]!, chainOf[from]!) && promoted(day, from)) {
        want = 'promotion';
      } else want = names[from] === 'browsing' ? 'browsing' : 'impulse';
    },
    since: (day, g) => (names[g] === 'wanting' ? wantsSince : day),
    cause: (day, g) => {
      if (promoted(day, g)) return 'promotion';
      return names[g] === 'wanting' ? want : 'impulse';
    },
  };
}

function feelsAppetite(machine: Machine, state: number, chain: number): boolean {
  const { moves, states } = machine.shop.chains[chain]!;
  return moves.some((move) => move.from === state && states[move.to]!.name === 'wanting' && move.appetite);
}
