/**
 * A correction: a recalibration learned from the shop's own outcomes, two parameters per horizon. It is applied to
 * cumulative hazards, so that horizons, dates and windows agree and horizons stay ordered.
 */

export interface Correction {
  /** 0: identity. */
  version: number;
  /** p' = σ(intercept + slope · logit p) at each horizon, ascending in days; empty: identity. */
  horizons: { days: number; slope: number; intercept: number }[];
}

/** Days that hold less hazard have no shape worth keeping: what a correction gives them is spread evenly. */
const NEGLIGIBLE = 1e-12;

export const IDENTITY: Correction = { version: 0, horizons: [] };

/**
 * Corrects a cumulative hazard.
 * @param cumulative `cumulative[t]` = −ln(1 − P(purchase within t days)), t = 0, 1, …, never falling
 * @returns the same for the corrected probabilities: it meets each horizon's corrected probability unless that of a
 * shorter one is higher, and between horizons keeps the shape of the days
 */
export function correct(cumulative: Float64Array, correction: Correction): Float64Array {
  if (correction.horizons.length === 0) return cumulative;
  const corrected = new Float64Array(cumulative.length);
  let from = 0;
  let scale = 1;
  for (const horizon of correction.horizons) {
    const to = Math.min(horizon.days, cumulative.length - 1);
    const before = corrected[from]!;
    const target = Math.max(before, correctOne(cumulative[to]!, horizon));
    const given = cumulative[to]! - cumulative[from]!;
    const shaped = given > NEGLIGIBLE;
    scale = shaped ? (target - before) / given : 0;
    for (let t = from + 1; t <= to; t++)
      corrected[t] = shaped
        ? Math.min(target, before + (cumulative[t]! - cumulative[from]!) * scale)
        : before + ((target - before) * (t - from)) / (to - from);
    corrected[to] = target;
    from = to;
  }
  for (let t = from + 1; t < cumulative.length; t++)
    corrected[t] = corrected[from]! + (cumulative[t]! - cumulative[from]!) * scale;
  return corrected;
}

/** A cumulative hazard C has odds e^C − 1; corrected odds are odds^slope · e^intercept. */
function correctOne(cumulative: number, { slope, intercept }: { slope: number; intercept: number }): number {
  if (cumulative <= 0) return 0;
  const logOdds = cumulative > 30 ? cumulative : Math.log(Math.expm1(cumulative));
  const corrected = intercept + slope * logOdds;
  return corrected > 30 ? corrected : Math.log1p(Math.exp(corrected));
}
