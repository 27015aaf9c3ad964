/** A seeded source of randomness: the same seeds give the same numbers on every machine. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  chance(probability: number): boolean;
  between(low: number, high: number): number;
  /** Log-uniform: every factor of two between the bounds is as likely as any other. */
  scale(low: number, high: number): number;
  /** A whole number, both bounds included. */
  integer(low: number, high: number): number;
  normal(): number;
  /** Log-normal with the given median. */
  logNormal(median: number, sigma: number): number;
  /** 1, 2, … with the given mean (at least 1), geometric. */
  geometric(mean: number): number;
  pick<T>(items: readonly T[]): T;
  /** Index drawn in proportion to non-negative weights. */
  weighted(weights: ArrayLike<number>): number;
  /** Symmetric Dirichlet by normalised gamma draws; the smaller the concentration, the more uneven. */
  dirichlet(count: number, concentration: number): number[];
}

/** sfc32 (Chris Doty-Humphrey's small fast counter), seeded by mixing every given integer. */
export function createRandom(...seeds: number[]): Random {
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  let c = 0xb7e15162;
  let counter = 1;
  const next = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 4294967296;
  };
  for (const seed of seeds) {
    a ^= seed | 0;
    b ^= Math.floor(seed / 4294967296) | 0;
    for (let i = 0; i < 12; i++) next();
  }

  const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const weighted = (weights: ArrayLike<number>): number => {
    let total = 0;
    for (let i = 0; i < weights.length; i++) total += weights[i]!;
    let left = next() * total;
    let last = 0;
    for (let i = 0; i < weights.length; i++) {
      if (weights[i]! <= 0) continue;
      last = i;
      left -= weights[i]!;
      if (left < 0) break;
    }
    return last;
  };
  // Marsaglia and Tsang (2000); shapes below one by the boost u^(1/shape).
  const gamma = (shape: number): number => {
    if (shape < 1) return gamma(shape + 1) * (1 - next()) ** (1 / shape);
    const d = shape - 1 / 3;
    const scale = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = normal();
      const v = (1 + scale * x) ** 3;
      if (v > 0 && Math.log(1 - next()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
    }
  };
  return {
    next,
    normal,
    weighted,
    chance: (probability) => next() < probability,
    between: (low, high) => low + (high - low) * next(),
    scale: (low, high) => low * (high / low) ** next(),
    integer: (low, high) => low + Math.floor(next() * (high - low + 1)),
    logNormal: (median, sigma) => median * Math.exp(sigma * normal()),
    geometric: (mean) => (mean <= 1 ? 1 : 1 + Math.floor(Math.log(1 - next()) / Math.log(1 - 1 / mean))),
    pick: (items) => items[Math.floor(next() * items.length)]!,
    dirichlet: (count, concentration) => {
      const draws = Array.from({ length: count }, () => gamma(concentration) + 1e-12);
      const total = draws.reduce((sum, draw) => sum + draw, 0);
      return draws.map((draw) => draw / total);
    },
  };
}
