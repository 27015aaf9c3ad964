/**
 * Quantiles of a count of which only mean and variance are known: how many users buy, when each does so or not by
 * chances of their own. The law is that of Panjer's class (a, b, 0): a binomial where the variance is below the mean, as
 * it is for independent users; Poisson where they are equal; negative binomial where days are worse or better together.
 * https://en.wikipedia.org/wiki/(a,b,0)_class_of_distributions
 */

export interface Count {
  mean: number;
  variance: number;
}

/** From this mean on the law is so close to a gamma's that whole counts are rounded from one. */
const LARGE = 400;
/** Variances beyond this many times the squared mean describe nothing that is counted here. */
const WILDEST = 25;

/**
 * The smallest counts that hold at least the given shares of the cases.
 * @param shares in (0, 1), ascending
 */
export function countQuantiles({ mean, variance }: Count, shares: readonly number[]): number[] {
  if (!(mean > 0)) return shares.map(() => 0);
  const bounded = Math.min(Math.max(variance, mean * 1e-6), mean + WILDEST * mean * mean);
  return mean > LARGE ? large(mean, bounded, shares) : summed(mean, bounded, shares);
}

/** Adds up p(k) = (a + b / k) p(k − 1). */
function summed(mean: number, variance: number, shares: readonly number[]): number[] {
  const ratio = mean / variance;
  const a = 1 - ratio;
  const b = mean * ratio - a;
  // Near a = 0 both forms of p(0) lose their digits; a Poisson it is.
  const poisson = Math.abs(a) < 1e-7;
  let p = Math.exp(poisson ? -mean : (mean * ratio * Math.log(ratio)) / a);
  let sum = p;
  let k = 0;
  // A binomial of a broken number of users ends where its next probability would be negative.
  const step = () => {
    k++;
    p *= Math.max(0, poisson ? mean / k : a + b / k);
    sum += p;
  };
  // What rounding and a broken end leave out must not be waited for.
  const last = Math.ceil(mean + 60 * Math.sqrt(variance) + 60);
  return shares.map((share) => {
    while (sum < share - 1e-12 && p > 0 && k < last) step();
    return k;
  });
}

/** A gamma of the same mean and variance by Wilson and Hilferty, which includes half a count at each end. */
function large(mean: number, variance: number, shares: readonly number[]): number[] {
  const spread = variance / (9 * mean * mean);
  return shares.map((share) => {
    const root = 1 - spread + normalQuantile(share) * Math.sqrt(spread);
    return Math.max(0, Math.ceil(mean * Math.max(0, root) ** 3 - 0.5));
  });
}

/**
 * Inverse of the standard normal distribution, to 1.2e-9.
 * P. J. Acklam, "An algorithm for computing the inverse normal cumulative distribution function" (2003).
 * @param share in (0, 1)
 */
export function normalQuantile(share: number): number {
  const tail = Math.min(share, 1 - share);
  if (tail < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(tail));
    const z = polynomial(TAIL_TOP, q) / (polynomial(TAIL_BOTTOM, q) * q + 1);
    return share < 0.5 ? z : -z;
  }
  const q = share - 0.5;
  const r = q * q;
  return (polynomial(MIDDLE_TOP, r) * q) / (polynomial(MIDDLE_BOTTOM, r) * r + 1);
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}

const MIDDLE_TOP = [
  -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2, -3.066479806614716e1,
  2.506628277459239,
];
const MIDDLE_BOTTOM = [
  -5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1,
];
const TAIL_TOP = [
  -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
];
const TAIL_BOTTOM = [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416];
