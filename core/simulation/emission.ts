import { type Machine, VIEW_LEVELS } from './machine.ts';
import type { Sign } from './shop.ts';

/** A visible day as far as it tells of the state: all but the order, the hours and the money. */
export interface DaySigns {
  purchases: number;
  /** 0 where views are not tracked. */
  views: number;
  signs: ReadonlySet<Sign>;
  /** Whether the user was visibly browsing: any action but purchases, refunds and what follows from them. */
  browsing: boolean;
  /** Likelihood of the day's categories when they centre on the focus, relative to when they do not. */
  focusRatio: number;
}

/** Views of a day with views: two geometric distributions, most days few and some very many. */
export const VIEW_MIXTURE = [
  { share: 0.8, factor: 0.5 },
  { share: 0.2, factor: 3 },
] as const;

const MOST = 400;
const viewTable = VIEW_LEVELS.map((mean) => {
  const table = new Float64Array(MOST + 1);
  for (const { share, factor } of VIEW_MIXTURE) {
    const stop = 1 / Math.max(1, mean * factor);
    for (let n = 1; n <= MOST; n++) table[n]! += share * stop * (1 - stop) ** (n - 1);
  }
  return table;
});

/** P(n views | a visible day with views, level); n is held at 400, beyond which the levels hardly differ. */
export function viewChance(level: number, n: number): number {
  return viewTable[level]![Math.min(n, MOST)]!;
}

/**
 * Likelihood of a visible day for every (chain, state), up to a factor that is the same for all.
 * @param chains the chains to work out
 * @param out one entry per pair
 */
export function dayLikelihood(
  machine: Machine,
  day: number,
  signs: DaySigns,
  chains: readonly number[],
  out: Float64Array,
): void {
  const { shop, size, first, buy, visit, lines, stick, level } = machine;
  const bought = signs.purchases > 0 ? 1 : 0;
  const countsViews = shop.tracked.has('view');
  const tracksVisits = shop.tracked.has('visit');
  const views = VIEW_LEVELS.map((_, at) => {
    if (!countsViews) return 1;
    return signs.views > 0 ? shop.viewShare * viewChance(at, signs.views) : 1 - shop.viewShare;
  });
  const levels = level[bought];
  const likelihood = (g: number, k: number): number => {
    let seen = views[levels[g]!]!;
    for (const { sign, chance } of machine.signs) {
      const p = chance[bought][g]!;
      seen *= signs.signs.has(sign) ? p : 1 - p;
    }
    // A visible day may leave no trace where little is tracked; a tracked visit always does.
    if (tracksVisits && !signs.browsing) seen = 0;
    const visible = bought ? shop.browseOnPurchase : visit[day * size + g]!;
    const browsing = visible * seen + (signs.browsing ? 0 : 1 - visible);
    const buying = buy[day * size + g]!;
    const centred = 1 - stick[g]! + stick[g]! * signs.focusRatio;
    if (!bought) return (1 - buying) * browsing * centred;
    const more = 1 - 1 / lines[k]!;
    return buying * browsing * centred * (1 - more) * more ** (signs.purchases - 1);
  };
  for (const k of chains) {
    for (let g = first[k]!; g < first[k + 1]!; g++) out[g] = likelihood(g, k);
  }
}
