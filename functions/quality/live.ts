/** Forecasts of past runs against what happened, from what each night added up. */
import { alarmOf, bandsOf, chanceInterval, measuresOf, reliabilityOf, totalOf } from '../../core/quality/measures.ts';
import { addOutcomes } from '../../core/quality/sums.ts';
import { type Day, dayNumber } from '../../core/time.ts';
import type { Outcome } from '../runs/outcomes.ts';
import type { LiveQuality } from './contract.ts';

/**
 * @param outcomes of runs, oldest first
 * @param until day of the latest run
 */
export function liveQuality(outcomes: readonly Outcome[], until: Day): LiveQuality | null {
  if (outcomes.length === 0) return null;
  const horizons = [...Map.groupBy(outcomes, ({ horizon }) => horizon)]
    .sort(([a], [b]) => a - b)
    .map(([horizon, runs]) => liveHorizon(horizon, runs));
  return {
    until,
    horizons,
    runs: [...Map.groupBy(outcomes, ({ day }) => day).values()].map(liveRun),
    alarm: horizons.some(({ alarm }) => alarm.value),
  };
}

function liveHorizon(horizon: number, runs: readonly Outcome[]): LiveQuality['horizons'][number] {
  const sums = addOutcomes(runs);
  const overlap = overlapOf(horizon, runs);
  const newest = runs.at(-1)!;
  return {
    horizon,
    runs: runs.length,
    measures: measuresOf(sums),
    reliability: reliabilityOf(sums.cells, overlap),
    bands: bandsOf(sums.cells, overlap),
    alarm: { day: newest.day, ...alarmOf(newest.cells) },
  };
}

/** How many runs' windows a day lies in on average: so many times too often is each outcome counted. */
function overlapOf(horizon: number, runs: readonly Outcome[]): number {
  const days = new Set<number>();
  for (const { day } of runs) for (let t = 0; t < horizon; t++) days.add(dayNumber(day) + t);
  return (runs.length * horizon) / days.size;
}

function liveRun(outcomes: readonly Outcome[]): LiveQuality['runs'][number] {
  const { day, modelVersion, correction } = outcomes[0]!;
  return {
    day,
    modelVersion,
    correction,
    horizons: outcomes.map((outcome) => {
      const total = totalOf(outcome.cells);
      const { low, high } = chanceInterval(total, 0.95);
      const { auc, logLoss, brier, ece } = measuresOf(outcome);
      const { n, expected, actual } = total;
      return { horizon: outcome.horizon, n, expected, actual, low95: low, high95: high, auc, logLoss, brier, ece };
    }),
  };
}
