/** What a report shows beside the measures: calibration by tenths and by group, lift, survival and expected buyers. */
import { measure } from '../evaluation.ts';
import { createRandom } from '../simulation/random.ts';

/** Rows whose probabilities are compared with what happened. */
export interface Compared {
  n: number;
  /** Mean probability. */
  said: number;
  /** Share that bought, with a 95 % interval (Wilson) as if rows were independent. */
  happened: number;
  low: number;
  high: number;
}

export function compare(p: ArrayLike<number>, y: ArrayLike<number>, rows: ArrayLike<number>): Compared {
  const n = rows.length;
  let said = 0;
  let bought = 0;
  for (let i = 0; i < n; i++) {
    said += p[rows[i]!]!;
    bought += y[rows[i]!]!;
  }
  if (n === 0) return { n, said: Number.NaN, happened: Number.NaN, low: Number.NaN, high: Number.NaN };
  const z2 = 1.96 ** 2;
  const share = bought / n;
  const middle = (share + z2 / (2 * n)) / (1 + z2 / n);
  const half = (1.96 * Math.sqrt((share * (1 - share)) / n + z2 / (4 * n * n))) / (1 + z2 / n);
  return { n, said: said / n, happened: share, low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

/** Ten groups of equal size, by rising probability. */
export function tenths(p: ArrayLike<number>, y: ArrayLike<number>): Compared[] {
  const order = Array.from({ length: p.length }, (_, row) => row).sort((a, b) => p[a]! - p[b]!);
  const end = (bin: number) => Math.round((bin * order.length) / 10);
  return Array.from({ length: 10 }, (_, bin) => compare(p, y, order.slice(end(bin), end(bin + 1)))).filter(
    ({ n }) => n > 0,
  );
}

export const SILENCE_GROUPS = [
  { name: '0 days', from: 0, to: 0 },
  { name: '1–7 days', from: 1, to: 7 },
  { name: '8–30 days', from: 8, to: 30 },
  { name: 'over 30 days', from: 31, to: Number.POSITIVE_INFINITY },
] as const;

/** Share of all buyers among the top x % by probability, x = 0, 2, … 100. */
export function gains(p: ArrayLike<number>, y: ArrayLike<number>): number[] {
  const order = Array.from({ length: p.length }, (_, row) => row).sort((a, b) => p[b]! - p[a]!);
  const caught = new Float64Array(order.length + 1);
  for (const [place, row] of order.entries()) caught[place + 1] = caught[place]! + y[row]!;
  const all = Math.max(1, caught[order.length]!);
  return Array.from({ length: 51 }, (_, step) => caught[Math.round((order.length * step) / 50)]! / all);
}

const REDRAWS = 200;

/**
 * 95th percentile of the calibration error that labels redrawn from the probabilities themselves would give: what chance
 * alone does to a model that is right.
 */
export function chanceCalibrationError(p: ArrayLike<number>, seed = 0): number {
  const random = createRandom(seed, 0x65636521);
  const sorted = Float64Array.from(p as ArrayLike<number>).sort();
  const errors = Array.from({ length: REDRAWS }, () => {
    let error = 0;
    for (let bin = 0; bin < 10; bin++) {
      let gap = 0;
      const end = Math.round(((bin + 1) * sorted.length) / 10);
      for (let i = Math.round((bin * sorted.length) / 10); i < end; i++)
        gap += sorted[i]! - (random.next() < sorted[i]! ? 1 : 0);
      error += Math.abs(gap);
    }
    return error / sorted.length;
  }).sort((a, b) => a - b);
  return errors[Math.floor(0.95 * REDRAWS)]!;
}

/** Share of the gap between a model and the truth's own log-loss that ours closes. */
export function gapClosed(
  ours: ArrayLike<number>,
  from: ArrayLike<number>,
  truth: ArrayLike<number>,
  labels: ArrayLike<number>,
): { ours: number; from: number; truth: number; closed: number } {
  const [a, b, c] = [ours, from, truth].map((p) => measure(p, labels).logLoss) as [number, number, number];
  return { ours: a, from: b, truth: c, closed: (b - a) / (b - c) };
}
