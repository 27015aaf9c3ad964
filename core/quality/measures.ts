/** How good forecasts were, from sums over cells of nearly equal probability. */
import { type Count, countQuantiles } from '../demand/counts.ts';
import type { Measures } from '../evaluation.ts';
import { proportion } from '../proportion.ts';
import { BANDS, type Band } from '../scores.ts';
import type { OutcomeCell, OutcomeSums } from './sums.ts';

export type LiveMeasures = Pick<Measures, 'n' | 'rate' | 'logLoss' | 'brier' | 'ece'> & {
  /** Cells are ties: below the exact one by some .002. null when everyone or nobody bought. */
  auc: number | null;
};

export interface Reliability {
  predicted: number;
  actual: number;
  n: number;
  low95: number;
  high95: number;
}

export interface BandOutcome {
  band: Band;
  n: number;
  expected: number;
  actual: number;
  low95: number;
  high95: number;
}

interface Total {
  n: number;
  actual: number;
  expected: number;
  squares: number;
}

const GROUPS = 10;
/** An alarm also wants buyers this far from what was expected: of many users the smallest error is beyond chance. */
const ALARM_SHARE = 0.1;

export function totalOf(cells: readonly OutcomeCell[]): Total {
  const total = { n: 0, actual: 0, expected: 0, squares: 0 };
  for (const [, , n, actual, expected, squares] of cells) {
    total.n += n;
    total.actual += actual;
    total.expected += expected;
    total.squares += squares;
  }
  return total;
}

/**
 * Counts between which a share of those lie that independent users with these probabilities give (Poisson binomial).
 * @param overlap how many times each outcome was counted, since windows of several runs share days
 */
export function chanceInterval(total: Total, share: number, overlap = 1): { low: number; high: number } {
  const count: Count = { mean: total.expected, variance: overlap * (total.expected - total.squares) };
  const [low, high] = countQuantiles(count, [(1 - share) / 2, (1 + share) / 2]) as [number, number];
  return { low, high: Math.min(high, total.n) };
}

export function measuresOf({ cells, logLoss, brier }: OutcomeSums): LiveMeasures {
  const { n, actual } = totalOf(cells);
  const groups = groupsOf(cells);
  return {
    n,
    rate: actual / n,
    auc: aucOf(cells),
    logLoss: logLoss / n,
    brier: brier / n,
    ece: groups.reduce((sum, group) => sum + Math.abs(group.expected - group.actual), 0) / n,
  };
}

/** At most ten groups of about equal mass, by rising probability; the interval is Wilson's of the share who bought. */
export function reliabilityOf(cells: readonly OutcomeCell[], overlap = 1): Reliability[] {
  return groupsOf(cells).map(({ n, actual, expected }) => {
    const { value, low, high } = proportion(actual / overlap, n / overlap)!;
    return { predicted: expected / n, actual: value, n, low95: low, high95: high };
  });
}

export function bandsOf(cells: readonly OutcomeCell[], overlap = 1): BandOutcome[] {
  return BANDS.map((band, index) => {
    const total = totalOf(cells.filter((cell) => cell[0] === index));
    const { low, high } = chanceInterval(total, 0.95, overlap);
    return { band, n: total.n, expected: total.expected, actual: total.actual, low95: low, high95: high };
  });
}

/** Whether the buyers of one run are neither what chance gives nor near what was expected. */
export function alarmOf(cells: readonly OutcomeCell[]) {
  const total = totalOf(cells);
  const { low, high } = chanceInterval(total, 0.99);
  const { expected, actual } = total;
  const value = (actual < low || actual > high) && Math.abs(actual - expected) > ALARM_SHARE * expected;
  return { value, expected, actual, low99: low, high99: high };
}

/** By bin, whatever the band, by rising probability. */
function binsOf(cells: readonly OutcomeCell[]): OutcomeCell[][] {
  return [...Map.groupBy(cells, ([, bin]) => bin)].sort(([a], [b]) => a - b).map(([, members]) => members);
}

function groupsOf(cells: readonly OutcomeCell[]): Total[] {
  const { n } = totalOf(cells);
  let seen = 0;
  const groups = Map.groupBy(binsOf(cells), (bin) => {
    const own = totalOf(bin).n;
    const middle = seen + own / 2;
    seen += own;
    return Math.floor((GROUPS * middle) / n);
  });
  return [...groups.values()].map((bins) => totalOf(bins.flat()));
}

/** By the Mann–Whitney statistic, users of one bin tied. */
function aucOf(cells: readonly OutcomeCell[]): number | null {
  const { n, actual } = totalOf(cells);
  if (actual === 0 || actual === n) return null;
  let below = 0;
  let wins = 0;
  for (const bin of binsOf(cells).map(totalOf)) {
    const others = bin.n - bin.actual;
    wins += bin.actual * (below + others / 2);
    below += others;
  }
  return wins / (actual * (n - actual));
}
