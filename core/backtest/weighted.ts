/** The measures of core/evaluation.ts with a weight on every row: what a bootstrap asks thousands of times. */

/** Rows sorted once by falling probability, as arrays that a loop runs through fast. */
export interface Ranked {
  /** Row of each place. */
  row: Int32Array;
  p: Float64Array;
  y: Uint8Array;
  logLoss: Float64Array;
  /** 1 on the last place of a run of equal probabilities. */
  ends: Uint8Array;
}

export const MEASURES = ['auc', 'averagePrecision', 'logLoss', 'brier', 'ece', 'lift1', 'lift5', 'lift10'] as const;
export type Measure = (typeof MEASURES)[number];

const SHARES = [0.01, 0.05, 0.1];
const BINS = 10;

/** As core/evaluation.ts rounds the ends of bins, so that equal weights give the same numbers. */
const binEnd = (bin: number, total: number) => Math.round(((bin + 1) * total) / BINS);

export function rank(probabilities: ArrayLike<number>, labels: ArrayLike<number>): Ranked {
  const n = probabilities.length;
  const row = new Int32Array(n).map((_, index) => index).sort((a, b) => probabilities[b]! - probabilities[a]!);
  const ranked: Ranked = {
    row,
    p: Float64Array.from(row, (index) => probabilities[index]!),
    y: Uint8Array.from(row, (index) => labels[index]!),
    logLoss: new Float64Array(n),
    ends: new Uint8Array(n),
  };
  for (let at = 0; at < n; at++) {
    const p = Math.min(1 - 1e-6, Math.max(1e-6, ranked.p[at]!));
    ranked.logLoss[at] = -Math.log(ranked.y[at] === 1 ? p : 1 - p);
    ranked.ends[at] = at === n - 1 || ranked.p[at + 1] !== ranked.p[at] ? 1 : 0;
  }
  return ranked;
}

/**
 * Every measure in one pass, in the order of MEASURES.
 * @param weight of each row (not place): how often the bootstrap drew it
 */
export function weightedMeasures({ row, p, y, logLoss, ends }: Ranked, weight: ArrayLike<number>): Float64Array {
  const n = row.length;
  let total = 0;
  let positives = 0;
  for (let at = 0; at < n; at++) {
    const w = weight[row[at]!]!;
    total += w;
    if (y[at] === 1) positives += w;
  }
  const negatives = total - positives;
  const rate = positives / total;
  let seen = 0;
  let hits = 0;
  let [loss, brier, wins, precision, error] = [0, 0, 0, 0, 0];
  let [tiedHits, tiedMisses, above] = [0, 0, 0];
  let [bin, gap] = [0, 0];
  let share = 0;
  const lifts = [0, 0, 0];
  for (let at = 0; at < n; at++) {
    const w = weight[row[at]!]!;
    if (w > 0) {
      const positive = y[at] === 1;
      seen += w;
      if (positive) {
        hits += w;
        tiedHits += w;
      } else tiedMisses += w;
      loss += w * logLoss[at]!;
      const off = p[at]! - y[at]!;
      brier += w * off * off;
      gap += w * off;
      while (bin < BINS - 1 && seen >= binEnd(bin, total)) {
        error += Math.abs(gap);
        gap = 0;
        bin++;
      }
      while (share < SHARES.length && seen >= Math.max(1, Math.round(SHARES[share]! * total)))
        lifts[share++] = hits / seen / rate;
    }
    if (ends[at] === 1 && tiedHits + tiedMisses > 0) {
      wins += tiedHits * (negatives - above - tiedMisses / 2);
      above += tiedMisses;
      precision += tiedHits * (hits / seen);
      tiedHits = 0;
      tiedMisses = 0;
    }
  }
  error += Math.abs(gap);
  return Float64Array.of(
    wins / (positives * negatives),
    precision / positives,
    loss / total,
    brier / total,
    error / total,
    ...lifts,
  );
}
