/** Forecasts of one run and horizon against what happened, added up: numbers that name nobody. */
import { BANDS, type Band } from '../scores.ts';

/**
 * Users of one band whose probabilities lie within a fifth of a logit: how many, how many of them bought, Σ p and Σ p².
 * A tuple, since thousands of them are kept as JSON.
 */
export type OutcomeCell = [band: number, bin: number, n: number, actual: number, expected: number, squares: number];

export interface OutcomeSums {
  /** By band and bin, ascending. */
  cells: OutcomeCell[];
  /** Σ −ln of the probability that was given to what happened; probabilities are clipped to [1e-6, 1 − 1e-6]. */
  logLoss: number;
  /** Σ (p − outcome)². */
  brier: number;
}

const BINS_PER_LOGIT = 5;
const CLIP = 1e-6;

export interface OutcomeTally {
  add(p: number, band: Band, bought: boolean): void;
  sums(): OutcomeSums;
}

export function createOutcomeTally(): OutcomeTally {
  const cells = new Map<string, OutcomeCell>();
  let logLoss = 0;
  let brier = 0;
  return {
    add(p, band, bought) {
      const clipped = Math.min(1 - CLIP, Math.max(CLIP, p));
      const bin = Math.floor(BINS_PER_LOGIT * Math.log(clipped / (1 - clipped)));
      addCell(cells, [BANDS.indexOf(band), bin, 1, bought ? 1 : 0, p, p * p]);
      logLoss -= Math.log(bought ? clipped : 1 - clipped);
      brier += (p - (bought ? 1 : 0)) ** 2;
    },
    sums: () => ({ cells: sorted(cells), logLoss, brier }),
  };
}

export function addOutcomes(parts: Iterable<OutcomeSums>): OutcomeSums {
  const cells = new Map<string, OutcomeCell>();
  let logLoss = 0;
  let brier = 0;
  for (const part of parts) {
    for (const cell of part.cells) addCell(cells, cell);
    logLoss += part.logLoss;
    brier += part.brier;
  }
  return { cells: sorted(cells), logLoss, brier };
}

function addCell(cells: Map<string, OutcomeCell>, added: OutcomeCell): void {
  const key = `${added[0]} ${added[1]}`;
  const cell = cells.get(key);
  if (!cell) cells.set(key, [...added]);
  else for (let i = 2; i < added.length; i++) cell[i]! += added[i]!;
}

function sorted(cells: Map<string, OutcomeCell>): OutcomeCell[] {
  return [...cells.values()].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
}
