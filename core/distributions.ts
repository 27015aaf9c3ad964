/** How a value is spread over users: histograms and quantiles. */

/** Bins of a histogram of probabilities. */
export const PROBABILITY_BINS = 20;

/** Counts of probabilities in bins of equal width; 1 belongs to the last. */
export function probabilityHistogram(values: Iterable<number>): number[] {
  const counts: number[] = new Array(PROBABILITY_BINS).fill(0);
  for (const value of values) counts[Math.min(PROBABILITY_BINS - 1, Math.floor(value * PROBABILITY_BINS))]!++;
  return counts;
}

/** The 0th, 1st, … 100th percentile (nearest rank); none for no values. */
export function percentiles(values: Float64Array): number[] {
  if (values.length === 0) return [];
  const sorted = values.toSorted();
  return Array.from({ length: 101 }, (_, q) => sorted[Math.round((q / 100) * (sorted.length - 1))]!);
}

/** Share of users with a lower value, 0 to 100, from `percentiles`. */
export function percentileOf(value: number, quantiles: readonly number[]): number {
  const lower = quantiles.findIndex((quantile) => quantile >= value);
  return lower < 0 ? 100 : Math.max(0, lower - 1);
}
