/** Logistic regression on the features of the baselines: what any other model of a shop must not fall behind. */
import { createFeatures, typesBefore } from '../backtest/features.ts';
import { type History, type Population, populationOf } from '../backtest/population.ts';
import { type Protocol, snapshotDays } from '../backtest/protocol.ts';
import { solve } from '../linear.ts';
import { createRandom } from '../simulation/random.ts';
import { addDays, type Day, dayNumber } from '../time.ts';

/** More snapshots of users than this are sampled. */
const MOST_ROWS = 30_000;
/** The middle one of those that model/baselines.py tries, in scikit-learn's terms 1 / C. */
const RIDGE = 1 / 0.03;
const CLIP = 6;
const STEPS = 25;
const TOLERANCE = 1e-4;

/**
 * Trained on weekly snapshots whose windows end before training does.
 * @returns `probability[h][row]`, as the horizons of the protocol
 */
export function logisticOf(
  { histories, firstDay }: { histories: readonly History[]; firstDay: Day },
  protocol: Protocol,
  population: Population,
): Float64Array[] {
  const days = snapshotDays(protocol, firstDay);
  const train = populationOf(histories, days, { ...protocol, end: addDays(protocol.trainEnd, -1) });
  const features = createFeatures(typesBefore(histories, dayNumber(protocol.trainEnd)));
  const kept = sampled(train.rows);
  const scaled = createScaling(matrixOf(features, histories, days, train, kept), features.names.length);
  const asked = Array.from({ length: population.rows }, (_, row) => row);
  const test = scaled.apply(matrixOf(features, histories, protocol.origins, population, asked));
  return train.labels.map((labels) => {
    const known = [...kept.keys()].filter((place) => labels[kept[place]!]! >= 0);
    const y = Float64Array.from(known, (place) => labels[kept[place]!]!);
    const weights = fitted(
      known.map((place) => scaled.rows[place]!),
      y,
    );
    return Float64Array.from(test, (row) => sigmoid(dot(weights, row)));
  });
}

/** @param rows with a constant last, whose weight is not held down */
export function fitted(rows: readonly Float64Array[], y: Float64Array): Float64Array {
  const width = rows[0]?.length ?? 1;
  const weights = new Float64Array(width);
  const share = (y.reduce((sum, one) => sum + one, 0) + 0.5) / (y.length + 1);
  weights[width - 1] = Math.log(share / (1 - share));
  for (let step = 0; step < STEPS; step++) {
    const hessian = Array.from({ length: width }, () => new Float64Array(width));
    const gradient = new Float64Array(width);
    for (let j = 0; j < width - 1; j++) {
      hessian[j]![j] = RIDGE;
      gradient[j] = -RIDGE * weights[j]!;
    }
    for (const [i, row] of rows.entries()) {
      const p = sigmoid(dot(weights, row));
      const curvature = p * (1 - p);
      for (let j = 0; j < width; j++) {
        const value = row[j]!;
        if (value === 0) continue;
        gradient[j]! += (y[i]! - p) * value;
        const into = hessian[j]!;
        const scale = curvature * value;
        for (let k = 0; k <= j; k++) into[k]! += scale * row[k]!;
      }
    }
    hessian[width - 1]![width - 1]! += 1e-9;
    const change = solve(hessian, gradient);
    let largest = 0;
    for (let j = 0; j < width; j++) {
      weights[j]! += change[j]!;
      largest = Math.max(largest, Math.abs(change[j]!));
    }
    if (largest < TOLERANCE) break;
  }
  return weights;
}

type Features = ReturnType<typeof createFeatures>;

function matrixOf(
  { names, write }: Features,
  histories: readonly History[],
  days: readonly Day[],
  { user, origin }: Population,
  rows: readonly number[],
): Float32Array[] {
  return rows.map((row) => {
    const into = new Float32Array(names.length);
    write(histories[user[row]!]!.days, dayNumber(days[origin[row]!]!), into, 0);
    return into;
  });
}

/** Mean 0 and deviation 1 where it varies, clipped; a constant last. */
function createScaling(rows: readonly Float32Array[], width: number) {
  const mean = new Float64Array(width);
  const deviation = new Float64Array(width);
  for (const row of rows) for (let j = 0; j < width; j++) mean[j]! += row[j]! / rows.length;
  for (const row of rows) for (let j = 0; j < width; j++) deviation[j]! += (row[j]! - mean[j]!) ** 2 / rows.length;
  const varies = [...deviation.keys()].filter((j) => deviation[j]! > 0);
  const apply = (given: readonly Float32Array[]) =>
    given.map((row) => {
      const into = new Float64Array(varies.length + 1).fill(1);
      for (const [place, j] of varies.entries())
        into[place] = Math.min(CLIP, Math.max(-CLIP, (row[j]! - mean[j]!) / Math.sqrt(deviation[j]!)));
      return into;
    });
  return { rows: apply(rows), apply };
}

function sampled(rows: number): number[] {
  const share = Math.min(1, MOST_ROWS / rows);
  const random = createRandom(rows, 0x6c6f6769);
  return Array.from({ length: rows }, (_, row) => row).filter(() => share === 1 || random.chance(share));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j]! * b[j]!;
  return sum;
}

const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));
