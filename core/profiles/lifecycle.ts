/** The stage of a user's life with the shop, by the user's own rhythm. */
import type { Stage } from './stages.ts';

/** How a user comes and goes: the usual gap and its spread. */
export interface Rhythm {
  /** Days between two purchases (of one who never bought: between two days with an action). */
  gap: number;
  /** Standard deviation of the natural logarithm of the gaps. */
  spread: number;
}

export interface LifecycleInput {
  /** Days since the day of the first action. */
  knownDays: number;
  /** Days on which the user bought. */
  purchases: number;
  /** Days since the day of the last purchase; of one who never bought, of the last action. */
  elapsed: number;
  rhythm: Rhythm;
}

/** A user is new for this long, unless a second purchase comes first. */
const NEW_DAYS = 30;
/** Whoever is away for this many spreads beyond the usual gap is lost; nobody is before two weeks. */
const LOST_SPREADS = 2.5;
const LOST_DAYS = 14;
/** What the rhythm of a whole shop weighs against the user's own gaps. */
const SHOP_GAPS = 2;
const LEAST_SPREAD = 0.25;
const MOST_SPREAD = 1;

/**
 * With the usual gap g and its spread s: `active` before g·e⁻ˢ days have passed, `due` before g·eˢ, `lapsing` before
 * g·e^2.5s and two weeks, then `lost`. Who never bought is not due: such a user is active until lapsing. `new` is who came within
 * 30 days and did not buy twice.
 */
export function stageOf({ knownDays, purchases, elapsed, rhythm }: LifecycleInput): Stage {
  if (purchases < 2 && knownDays <= NEW_DAYS) return 'new';
  const spreads = Math.log(Math.max(elapsed, 1) / rhythm.gap) / rhythm.spread;
  if (spreads >= LOST_SPREADS && elapsed >= LOST_DAYS) return 'lost';
  if (spreads >= 1) return 'lapsing';
  return spreads >= -1 && purchases > 0 ? 'due' : 'active';
}

/**
 * The rhythm of some days, the shop's where they say little: mean and deviation of the logarithms of their gaps, as if
 * two gaps of the shop were among them.
 * @param days ascending day numbers
 */
export function rhythmOf(days: readonly number[], shop: Rhythm): Rhythm {
  const gaps = days.slice(1).map((day, i) => Math.log(Math.max(1, day - days[i]!)));
  const weight = gaps.length + SHOP_GAPS;
  const mean = (gaps.reduce((sum, gap) => sum + gap, 0) + SHOP_GAPS * Math.log(shop.gap)) / weight;
  const squares = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, SHOP_GAPS * shop.spread ** 2);
  const spread = Math.min(MOST_SPREAD, Math.max(LEAST_SPREAD, Math.sqrt(squares / weight)));
  return { gap: rounded(Math.exp(mean)), spread: rounded(spread) };
}

/** To four digits, as it is kept: a rhythm read back is the one that was made. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
