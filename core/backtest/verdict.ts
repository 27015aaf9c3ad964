/** The outcome of a backtest in one honest sentence, also when we did not win. */
import { joined } from '../text.ts';
import type { PairedDifference } from './bootstrap.ts';
import { CORRECTED } from './corrected.ts';
import { type ModelResult, OURS } from './judge.ts';

/** What readers call the baselines. */
export const NAMES: Record<string, string> = {
  [OURS]: 'Buy Timing',
  [CORRECTED]: 'Buy Timing, corrected by the shop’s past weeks',
  recency: 'recency alone',
  logistic: 'logistic regression',
  lightgbm: 'gradient boosting (LightGBM)',
  bgnbd: 'BG/NBD',
};

/**
 * Judges by log-loss averaged over the horizons: better or worse only where the 95 % interval leaves no doubt.
 * @param paired differences of ours; those of horizon `mean` decide
 */
export function inWords(results: readonly ModelResult[], paired: readonly PairedDifference[]): string {
  const ours = results.filter(({ model, seed }) => model === OURS && seed === 'all');
  const means = paired.filter(
    ({ against, horizon, measure }) => horizon === 'mean' && measure === 'logLoss' && against !== CORRECTED,
  );
  const calibration = calibrationInWords(ours);
  if (means.length === 0) return `Buy Timing was judged alone, without baselines; ${calibration}.`;
  const named = (list: PairedDifference[]) => joined(list.map(({ against }) => NAMES[against] ?? against));
  const better = means.filter(({ high }) => high < 0);
  const worse = means.filter(({ low }) => low > 0);
  const level = means.filter((one) => !better.includes(one) && !worse.includes(one));
  const parts = [
    better.length > 0 && `predicted better than ${named(better)}`,
    level.length > 0 && `was level with ${named(level)}`,
    worse.length > 0 && `predicted worse than ${named(worse)}`,
  ].filter(Boolean) as string[];
  const close = worse.length > 0 ? `use ${named([best(worse)])} here, or train on more data` : calibration;
  return `On this log Buy Timing ${joined(parts)} (log-loss, mean of the horizons); ${close}.`;
}

function best(worse: readonly PairedDifference[]): PairedDifference {
  return worse.reduce((a, b) => (b.difference > a.difference ? b : a));
}

function calibrationInWords(ours: readonly ModelResult[]): string {
  const off = ours.filter(({ ece, eceLimit }) => eceLimit !== undefined && ece > eceLimit);
  if (off.length === 0) return 'what it called 20 % happened about as often, at every horizon';
  const worst = off.reduce((a, b) => (b.ece > a.ece ? b : a));
  const days = joined(off.map(({ horizon }) => String(horizon)));
  return `its probabilities of ${days} days are off by more than chance explains (by ${(100 * worst.ece).toFixed(1)} points at most)`;
}
