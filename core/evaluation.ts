/** How good probabilities are against outcomes: pure measures over one (model, horizon). */

export interface Measures {
  n: number;
  /** Share of positive outcomes. */
  rate: number;
  /** Area under the ROC curve, ties counted half; NaN when all outcomes are equal. */
  auc: number;
  averagePrecision: number;
  /** Mean negative log-likelihood, natural log; probabilities are clipped to [1e-6, 1 − 1e-6]. */
  logLoss: number;
  brier: number;
  /** Expected calibration error over ten bins of equal mass. */
  ece: number;
  /** Rate among the top 1, 5 and 10 % against the rate of all. */
  lift1: number;
  lift5: number;
  lift10: number;
}

/**
 * @param probabilities in [0, 1], or any score that ranks (then only the ranking measures mean something)
 * @param outcomes 0 or 1, one for each probability
 */
export function measure(probabilities: ArrayLike<number>, outcomes: ArrayLike<number>): Measures {
  const n = probabilities.length;
  if (n !== outcomes.length) throw new RangeError(`${n} probabilities for ${outcomes.length} outcomes`);
  const order = Array.from({ length: n }, (_, index) => index).sort((a, b) => probabilities[b]! - probabilities[a]!);
  let positives = 0;
  let logLoss = 0;
  let brier = 0;
  for (let index = 0; index < n; index++) {
    const y = outcomes[index]!;
    const p = Math.min(1 - 1e-6, Math.max(1e-6, probabilities[index]!));
    positives += y;
    logLoss -= y === 1 ? Math.log(p) : Math.log(1 - p);
    brier += (probabilities[index]! - y) ** 2;
  }
  const rate = positives / n;
  return {
    n,
    rate,
    ...ranking(order, probabilities, outcomes, positives),
    logLoss: logLoss / n,
    brier: brier / n,
    ece: calibrationError(order, probabilities, outcomes),
    lift1: lift(order, outcomes, 0.01, rate),
    lift5: lift(order, outcomes, 0.05, rate),
    lift10: lift(order, outcomes, 0.1, rate),
  };
}

/** AUC by the Mann–Whitney statistic and average precision by tied groups; `order` is best first. */
function ranking(order: number[], scores: ArrayLike<number>, outcomes: ArrayLike<number>, positives: number) {
  const negatives = order.length - positives;
  let above = 0;
  let wins = 0;
  let hits = 0;
  let seen = 0;
  let precision = 0;
  for (let at = 0; at < order.length; ) {
    let end = at;
    let tiedHits = 0;
    while (end < order.length && scores[order[end]!] === scores[order[at]!]) tiedHits += outcomes[order[end++]!]!;
    const tiedMisses = end - at - tiedHits;
    wins += tiedHits * (negatives - above - tiedMisses / 2);
    above += tiedMisses;
    hits += tiedHits;
    seen += end - at;
    precision += (tiedHits / Math.max(1, positives)) * (hits / seen);
    at = end;
  }
  return { auc: wins / (positives * negatives), averagePrecision: precision };
}

function calibrationError(order: number[], probabilities: ArrayLike<number>, outcomes: ArrayLike<number>): number {
  let error = 0;
  for (let bin = 0; bin < 10; bin++) {
    const members = order.slice(Math.round((bin * order.length) / 10), Math.round(((bin + 1) * order.length) / 10));
    let gap = 0;
    for (const index of members) gap += probabilities[index]! - outcomes[index]!;
    error += Math.abs(gap);
  }
  return error / order.length;
}

function lift(order: number[], outcomes: ArrayLike<number>, share: number, rate: number): number {
  const top = order.slice(0, Math.max(1, Math.round(order.length * share)));
  return top.reduce((sum, index) => sum + outcomes[index]!, 0) / top.length / rate;
}
