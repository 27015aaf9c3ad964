/**
 * Learns a correction from a shop's own outcomes: two numbers a horizon, drawn towards the identity by how little
 * evidence there is.
 *
 * With z = logit p and z̄ its mean over the cases (weighted by p (1 − p)), p' = σ(z + α + λ̄ + β (z − z̄)): a shift α and
 * a tilt β of each horizon, and λ̄, the mean level of the weeks in the window. A week's level is one that fades (an
 * autoregression of order 1) and one of its own, so that the newest weeks say most about those to come, and a shop that
 * had one great week does not shift every week to come. All have normal priors around 0; what is found is the maximum of
 * the posterior, by Newton's method. The likelihood of a horizon counts by 7 / horizon where windows of weekly origins
 * overlap, and half, since the horizons of an origin tell much the same.
 */
import type { Correction } from './corrections.ts';
import { solve } from './linear.ts';
import { HORIZONS } from './model/contract.ts';

/** One user at one past origin. */
export interface CorrectionCase {
  /** Number of the user: cases of one user are held out together. */
  user: number;
  /** Whole weeks from the origin to the day that the correction is for, 1 to WEEKS. */
  weeksAgo: number;
  /** P(purchase within HORIZONS[i] days), not corrected. */
  probability: ArrayLike<number>;
  /** 1 or 0; null while the window has not passed. */
  outcome: readonly (0 | 1 | null)[];
}

export interface Evidence {
  users: number;
  /** Horizons that have cases. `before` and `after`: log-loss, `after` by cross-validation over users. */
  horizons: { days: number; n: number; buyers: number; before: number; after: number }[];
  /** Why nothing is corrected; null when something is. */
  reason: string | null;
}

/** Weeks back that teach something, and days of one. */
export const WEEKS = 8;
export const WEEK_DAYS = 7;
/** Buyers within 7 days that there must be, and as many who did not buy. */
const ENOUGH = 10;
const FOLDS = 5;
const ALIKE = 0.5;
/**
 * Standard deviations of the priors, and their correlation between two horizons. What weeks show, like all else here, was
 * set on simulated shops whose truth is known, and on weeks of real logs before those that tests are about.
 */
const SHIFT = 0.3;
const TILT = 0.15;
const SHARED = 0.8;
const FADING = 0.15;
const FADES = 0.95;
const OWN = 0.2;
const NEWTON_STEPS = 25;
const CLIP = 1e-6;

/** @returns the horizons of a correction (its version is the caller's), empty when evidence is too little or against */
export function learnCorrection(cases: readonly CorrectionCase[]): {
  horizons: Correction['horizons'];
  evidence: Evidence;
} {
  const points = pointsOf(cases);
  const users = new Set(cases.map(({ user }) => user)).size;
  const seven = points[HORIZONS.indexOf(7)]!;
  const buyers = seven.reduce((sum, { y }) => sum + y, 0);
  const held = points.map((): number[] => []);
  const enough = Math.min(buyers, seven.length - buyers) >= ENOUGH;
  if (enough)
    for (let fold = 0; fold < FOLDS; fold++) {
      const fit = fitAll(points.map((list) => list.filter(({ user }) => user % FOLDS !== fold)));
      for (const [h, list] of points.entries())
        for (const point of list) if (point.user % FOLDS === fold) held[h]!.push(lossOf(fit[h]!, point));
    }
  const horizons = points.flatMap((list, h) => {
    if (list.length === 0) return [];
    const before = mean(list.map((point) => lossOf(IDENTICAL, point)));
    const row = { days: HORIZONS[h]!, n: list.length, buyers: list.reduce((sum, { y }) => sum + y, 0), before };
    return [{ ...row, after: enough ? mean(held[h]!) : before }];
  });
  const reason = !enough
    ? `fewer than ${ENOUGH} users bought, or did not, within 7 days of the origins`
    : horizons.reduce((sum, { before, after }) => sum + before - after, 0) <= 0
      ? 'users held out were not predicted better with it'
      : null;
  const fits = reason === null ? fitAll(points) : [];
  return {
    horizons: fits.map(({ shift, tilt, centre }, h) => ({
      days: HORIZONS[h]!,
      slope: 1 + tilt,
      intercept: shift - tilt * centre,
    })),
    evidence: { users, horizons, reason },
  };
}

interface Point {
  user: number;
  weeksAgo: number;
  z: number;
  y: 0 | 1;
}

interface Fit {
  /** α, and with it the mean level of the weeks that a window from the correction's day on has. */
  shift: number;
  tilt: number;
  centre: number;
}

const IDENTICAL: Fit = { shift: 0, tilt: 0, centre: 0 };

const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const correctedLogit = ({ shift, tilt, centre }: Fit, z: number) => z + shift + tilt * (z - centre);

/** −ln of the probability that a fit gave to what happened. */
function lossOf(fit: Fit, { z, y }: Point): number {
  const logit = correctedLogit(fit, z);
  return Math.log1p(Math.exp(y === 1 ? -logit : logit));
}

function pointsOf(cases: readonly CorrectionCase[]): Point[][] {
  return HORIZONS.map((_, h) =>
    cases.flatMap(({ user, weeksAgo, probability, outcome }) => {
      const y = outcome[h];
      if (y === null || y === undefined) return [];
      const p = Math.min(1 - CLIP, Math.max(CLIP, probability[h]!));
      return [{ user, weeksAgo, z: Math.log(p / (1 - p)), y }];
    }),
  );
}

/** Parameters: the shifts, the tilts, then the levels of the weeks past and of those that a window reaches, oldest first. */
const COUNT = HORIZONS.length;
const AHEAD = Math.ceil(Math.max(...HORIZONS) / WEEK_DAYS);
const SIZE = 2 * COUNT + WEEKS + AHEAD;
const PRIOR = priorPrecision();

function fitAll(points: readonly (readonly Point[])[]): Fit[] {
  const centres = points.map(centreOf);
  const groups = points.flatMap((list, h) =>
    [...Map.groupBy(list, ({ weeksAgo }) => weeksAgo)].map(([weeksAgo, own]) => ({
      ...{ h, own },
      direction: directionOf(h, WEEKS - weeksAgo),
    })),
  );
  let at = new Float64Array(SIZE);
  for (let step = 0; step < NEWTON_STEPS; step++) {
    const gradient = Float64Array.from(PRIOR, (row) => -dot(row, at));
    const curvature = PRIOR.map((row) => Float64Array.from(row));
    for (const { h, own, direction } of groups) {
      const weight = ALIKE * Math.min(1, WEEK_DAYS / HORIZONS[h]!);
      const [level, tilt, centre] = [dot(direction, at), at[COUNT + h]!, centres[h]!];
      const sums = { excess: 0, tilted: 0, information: 0, mixed: 0, squared: 0 };
      for (const { z, y } of own) {
        const x = z - centre;
        const p = sigmoid(z + level + tilt * x);
        const information = weight * p * (1 - p);
        sums.excess += weight * (y - p);
        sums.tilted += weight * (y - p) * x;
        sums.information += information;
        sums.mixed += information * x;
        sums.squared += information * x * x;
      }
      for (let i = 0; i < SIZE; i++) {
        if (direction[i] === 0) continue;
        gradient[i]! += direction[i]! * sums.excess;
        curvature[i]![COUNT + h]! += direction[i]! * sums.mixed;
        curvature[COUNT + h]![i]! += direction[i]! * sums.mixed;
        for (let j = 0; j < SIZE; j++) curvature[i]![j]! += direction[i]! * direction[j]! * sums.information;
      }
      gradient[COUNT + h]! += sums.tilted;
      curvature[COUNT + h]![COUNT + h]! += sums.squared;
    }
    // A step may overshoot where hardly anybody bought; none goes further than probabilities can use.
    const move = solve(curvature, gradient).map((value) => Math.max(-1, Math.min(1, value)));
    at = at.map((value, i) => value + move[i]!);
    if (move.every((value) => Math.abs(value) < 1e-9)) break;
  }
  return centres.map((centre, h) => ({ shift: dot(directionOf(h, WEEKS), at), tilt: at[COUNT + h]!, centre }));
}

/** What adds up to the level of a horizon's window that begins with a week (0: the oldest). */
function directionOf(h: number, week: number): Float64Array {
  const direction = new Float64Array(SIZE);
  direction[h] = 1;
  for (let day = 0; day < HORIZONS[h]!; day++)
    direction[2 * COUNT + week + Math.floor(day / WEEK_DAYS)]! += 1 / HORIZONS[h]!;
  return direction;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function centreOf(points: readonly Point[]): number {
  let weights = 0;
  let sum = 0;
  for (const { z } of points) {
    const weight = sigmoid(z) * sigmoid(-z);
    weights += weight;
    sum += weight * z;
  }
  return weights > 0 ? sum / weights : 0;
}

/** Inverse of the priors' covariance. */
function priorPrecision(): Float64Array[] {
  const alike = (i: number, j: number) => (i === j ? 1 : SHARED);
  const week = (i: number, j: number) => FADING ** 2 * FADES ** Math.abs(i - j) + (i === j ? OWN ** 2 : 0);
  const covariance = Array.from({ length: SIZE }, (_, i) =>
    Float64Array.from({ length: SIZE }, (__, j) => {
      if (Math.max(i, j) < COUNT) return SHIFT ** 2 * alike(i, j);
      if (Math.min(i, j) >= 2 * COUNT) return week(i, j);
      return Math.min(i, j) >= COUNT && Math.max(i, j) < 2 * COUNT ? TILT ** 2 * alike(i, j) : 0;
    }),
  );
  return covariance.map((_, i) =>
    solve(
      covariance,
      Float64Array.from(covariance, (__, j) => Number(i === j)),
    ),
  );
}
