/** Paired bootstrap over users: how sure a difference between two models is, rows of one user standing or falling together. */
import { createRandom } from '../simulation/random.ts';
import { MEASURES, type Measure, rank, weightedMeasures } from './weighted.ts';

/** One horizon's rows with the probabilities of every model. */
export interface Judged {
  horizon: number;
  /** User of each row, numbers below `users`. */
  user: ArrayLike<number>;
  labels: ArrayLike<number>;
  /** By model. */
  probabilities: ReadonlyMap<string, ArrayLike<number>>;
}

export interface PairedDifference {
  against: string;
  /** Days, or the mean of all horizons. */
  horizon: number | 'mean';
  measure: Measure;
  /** Ours minus theirs; for log-loss, Brier and calibration error below 0 is better. */
  difference: number;
  /** 95 % interval. */
  low: number;
  high: number;
}

/** Work of a whole bootstrap in rows × models; more rows get fewer draws. */
const BUDGET = 1.5e9;
const DRAWS = { least: 200, most: 1_000 };

/**
 * Draws as many users as there are, with repetition, the same ones for every model and horizon.
 * @returns ours against every other model, by horizon and measure, then the mean of the horizons
 */
export function pairedDifferences(
  judged: readonly Judged[],
  ours: string,
  users: number,
  seed = 0,
): { draws: number; differences: PairedDifference[] } {
  const work = judged.reduce((sum, { labels, probabilities }) => sum + labels.length * probabilities.size, 0);
  const draws = Math.round(Math.min(DRAWS.most, Math.max(DRAWS.least, BUDGET / Math.max(1, work))));
  const random = createRandom(seed, 0x626f6f74);
  const ranked = judged.map(({ probabilities, labels }) =>
    [...probabilities].map(([model, p]) => ({ model, ranked: rank(p, labels) })),
  );
  const drawn = new Float64Array(users);
  const weights = judged.map(({ labels }) => new Float64Array(labels.length));
  const values = (): Float64Array[][] =>
    judged.map(({ user }, index) => {
      const weight = weights[index]!;
      for (let row = 0; row < weight.length; row++) weight[row] = drawn[user[row]!]!;
      return ranked[index]!.map((one) => weightedMeasures(one.ranked, weight));
    });
  drawn.fill(1);
  const whole = values();
  const samples: Float64Array[][][] = [];
  for (let draw = 0; draw < draws; draw++) {
    drawn.fill(0);
    for (let i = 0; i < users; i++) drawn[random.integer(0, users - 1)]!++;
    samples.push(values());
  }
  const names = ranked[0]?.map(({ model }) => model) ?? [];
  const own = names.indexOf(ours);
  const differences: PairedDifference[] = [];
  for (const [other, against] of names.entries()) {
    if (other === own) continue;
    for (const [m, measure] of MEASURES.entries()) {
      const at = (sample: Float64Array[][], h: number) => sample[h]![own]![m]! - sample[h]![other]![m]!;
      const mean = (sample: Float64Array[][]) => judged.reduce((sum, _, h) => sum + at(sample, h), 0) / judged.length;
      for (const [h, { horizon }] of judged.entries())
        differences.push({
          against,
          horizon,
          measure,
          ...interval(
            at(whole, h),
            samples.map((s) => at(s, h)),
          ),
        });
      differences.push({ against, horizon: 'mean', measure, ...interval(mean(whole), samples.map(mean)) });
    }
  }
  return { draws, differences };
}

function interval(difference: number, sample: number[]): { difference: number; low: number; high: number } {
  const sorted = sample.filter(Number.isFinite).sort((a, b) => a - b);
  const at = (q: number) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
  return { difference, low: at(0.025), high: at(0.975) };
}
