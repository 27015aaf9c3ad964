import { normalQuantile } from './demand/counts.ts';

export interface Proportion {
  value: number;
  /** 95 % interval. */
  low: number;
  high: number;
}

const Z = normalQuantile(0.975);

/**
 * A share with its Wilson score interval; null of none. Counts need not be whole: those of outcomes that were counted
 * several times are divided by how often. https://doi.org/10.1080/01621459.1927.10502953
 */
export function proportion(hits: number, of: number): Proportion | null {
  if (of === 0) return null;
  const value = hits / of;
  const middle = (value + Z ** 2 / (2 * of)) / (1 + Z ** 2 / of);
  const half = (Z * Math.sqrt((value * (1 - value)) / of + Z ** 2 / (4 * of ** 2))) / (1 + Z ** 2 / of);
  return { value, low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}
