/** Counts that may leave the shop: with noise, whole, never below nought, and none of few users. */

/** A number in [0, 1) that nobody can foresee. */
export type Uniform = () => number;

export interface Cell {
  name: string;
  /** Users; where users count in part, their parts added up. */
  value: number;
}

export interface PublicCell {
  name: string;
  /** Null: below the smallest group. */
  count: number | null;
}

export interface NoiseOptions {
  epsilon: number;
  /** The most that one user adds to all cells together. */
  sensitivity: number;
  /** Smaller counts are not told. */
  smallest: number;
}

/** Parts of a user that values are rounded to before the noise: whole numbers with whole noise give nothing away by their digits. */
const PARTS = 1_000;

/**
 * The difference of two geometric draws: P(z) ∝ exp(−|z| / scale). Added to whole numbers of sensitivity s, it is private
 * with ε = s / scale (Ghosh, Roughgarden & Sundararajan, Universally Utility-Maximizing Privacy Mechanisms, 2012).
 */
export function discreteLaplace(scale: number, uniform: Uniform): number {
  const geometric = () => Math.floor(-Math.log(1 - uniform()) * scale);
  return geometric() - geometric();
}

/** Rounding a value moves it by at most half a part, with and without a user: that is one part more of sensitivity a cell. */
export function withNoise(cells: readonly Cell[], options: NoiseOptions, uniform: Uniform): PublicCell[] {
  const { epsilon, sensitivity, smallest } = options;
  const whole = cells.every(({ value }) => Number.isInteger(value));
  const parts = whole ? 1 : PARTS;
  const scale = (parts * sensitivity + (whole ? 0 : cells.length)) / epsilon;
  return cells.map(({ name, value }) => {
    const count = Math.max(0, Math.round((Math.round(value * parts) + discreteLaplace(scale, uniform)) / parts));
    return { name, count: count < smallest ? null : count };
  });
}
