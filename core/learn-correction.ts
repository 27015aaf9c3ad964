/**
 * Learns a correction from a shop's own outcomes: two numbers a horizon, fitted together, drawn towards the identity by
 * how little evidence there is.
 *
 * With z = logit p and z̄ its mean over the cases (weighted by p (1 − p)), p' = σ(z + α + β (z − z̄)). The shifts α and
 * the tilts β of the five horizons have normal priors around 0 that are correlated over horizons; what is found is the
 * maximum of the posterior, by Newton's method. The likelihood of a horizon counts less
 * - by 7 / horizon where windows of weekly origins overlap,
 * - by the dispersion: how much more the buyers of an origin scatter than independent users would. A shop that had one
 *   great week must not shift every week to come.
 */
import type { Correction } from './corrections.ts';
import { solve } from './linear.ts';
import { HORIZONS } from './model/contract.ts';

/** One user at one past origin. */
export interface CorrectionCase {
  /** Number of the user: cases of one user are held out together. */
  user: number;
  /** Number of the origin. */
  origin: number;
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

/** Buyers within 7 days that there must be, and as many who did not buy. */
const ENOUGH = 50;
const FOLDS = 5;
/** Standard errors by which users held out must gain. */
const CLEAR = 2;
const OVERLAP_DAYS = 7;
/** Standard deviations of the priors, and their correlation between two horizons. */
const SHIFT = 0.3;
const TILT = 0.15;
const SHARED = 0.8;
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
  /** What each user held out gained, summed over horizons of the mean. */
  const gains = new Map<number, number>();
  const enough = Math.min(buyers, seven.length - buyers) >= ENOUGH;
  if (enough)
    for (let fold = 0; fold < FOLDS; fold++) {
      const fit = fitAll(points.map((list) => list.filter(({ user }) => user % FOLDS !== fold)));
      for (const [h, list] of points.entries())
        for (const point of list) {
          if (point.user % FOLDS !== fold) continue;
          const after = lossOf(fit[h]!, point);
          held[h]!.push(after);
          const gain = (lossOf(IDENTICAL, point) - after) / list.length;
          gains.set(point.user, (gains.get(point.user) ?? 0) + gain);
        }
    }
  const horizons = points.flatMap((list, h) => {
    if (list.length === 0) return [];
    const before = mean(list.map((point) => lossOf(IDENTICAL, point)));
    const row = { days: HORIZONS[h]!, n: list.length, buyers: list.reduce((sum, { y }) => sum + y, 0), before };
    return [{ ...row, after: enough ? mean(held[h]!) : before }];
  });
  const reason = !enough
    ? `fewer than ${ENOUGH} users bought, or did not, within 7 days of the origins`
    : !isClear([...gains.values()])
      ? 'users held out were not clearly predicted better with it'
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

/** Whether a sum over users is above nought by twice its standard error. */
function isClear(gains: readonly number[]): boolean {
  const centre = mean(gains);
  const squares = gains.reduce((sum, gain) => sum + (gain - centre) ** 2, 0);
  return gains.length * centre > CLEAR * Math.sqrt(squares);
}

interface Point {
  user: number;
  origin: number;
  z: number;
  y: 0 | 1;
}

interface Fit {
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
    cases.flatMap(({ user, origin, probability, outcome }) => {
      const y = outcome[h];
      if (y === null || y === undefined) return [];
      const p = Math.min(1 - CLIP, Math.max(CLIP, probability[h]!));
      return [{ user, origin, z: Math.log(p / (1 - p)), y }];
    }),
  );
}

function fitAll(points: readonly (readonly Point[])[]): Fit[] {
  const overlap = HORIZONS.map((days) => Math.min(1, OVERLAP_DAYS / days));
  const first = fitWeighted(points, overlap);
  return fitWeighted(
    points,
    overlap.map((weight, h) => weight / dispersion(points[h]!, first[h]!)),
  );
}

/** Variance of the origins' buyers against that of independent users, at least 1. */
function dispersion(points: readonly Point[], fit: Fit): number {
  const origins = new Map<number, { excess: number; variance: number }>();
  for (const { origin, z, y } of points) {
    const p = sigmoid(correctedLogit(fit, z));
    const sums = origins.get(origin) ?? { excess: 0, variance: 0 };
    sums.excess += y - p;
    sums.variance += p * (1 - p);
    origins.set(origin, sums);
  }
  if (origins.size < 2) return 1;
  const squares = [...origins.values()].map(({ excess, variance }) => excess ** 2 / Math.max(variance, CLIP));
  return Math.max(1, squares.reduce((sum, square) => sum + square, 0) / (origins.size - 1));
}

function fitWeighted(points: readonly (readonly Point[])[], weights: readonly number[]): Fit[] {
  const count = HORIZONS.length;
  const centres = points.map(centreOf);
  const prior = priorPrecision(count);
  // Parameters: the shifts, then the tilts.
  let at = new Float64Array(2 * count);
  for (let step = 0; step < NEWTON_STEPS; step++) {
    const gradient = new Float64Array(2 * count);
    const curvature = prior.map((row) => Float64Array.from(row));
    for (let i = 0; i < 2 * count; i++) for (let j = 0; j < 2 * count; j++) gradient[i]! -= prior[i]![j]! * at[j]!;
    for (let h = 0; h < count; h++) {
      const [shift, tilt, centre, weight] = [at[h]!, at[count + h]!, centres[h]!, weights[h]!];
      for (const { z, y } of points[h]!) {
        const x = z - centre;
        const p = sigmoid(z + shift + tilt * x);
        const information = weight * p * (1 - p);
        gradient[h]! += weight * (y - p);
        gradient[count + h]! += weight * (y - p) * x;
        curvature[h]![h]! += information;
        curvature[count + h]![h]! += information * x;
        curvature[count + h]![count + h]! += information * x * x;
      }
    }
    // A step may overshoot where hardly anybody bought; none goes further than probabilities can use.
    const move = solve(curvature, gradient).map((value) => Math.max(-1, Math.min(1, value)));
    at = at.map((value, i) => value + move[i]!);
    if (move.every((value) => Math.abs(value) < 1e-9)) break;
  }
  return centres.map((centre, h) => ({ shift: at[h]!, tilt: at[count + h]!, centre }));
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

/** Inverse of the priors' covariance: s² ((1 − ρ) I + ρ 1 1ᵀ) for the shifts and for the tilts. */
function priorPrecision(count: number): Float64Array[] {
  const apart = 1 / (1 - SHARED);
  const together = SHARED / ((1 - SHARED) * (1 - SHARED + count * SHARED));
  return Array.from({ length: 2 * count }, (_, i) => {
    const variance = (i < count ? SHIFT : TILT) ** 2;
    return Float64Array.from({ length: 2 * count }, (_, j) => {
      if (i < count !== j < count) return 0;
      return ((i === j ? apart : 0) - together) / variance;
    });
  });
}
