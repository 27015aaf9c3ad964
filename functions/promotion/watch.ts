/** Looks whether what a promoted model said came about, and goes back to the one before if it did not. */
import type { Clock } from '../../core/ports/surroundings.ts';
import { type Change, versionsBelow } from '../../core/promotion/changes.ts';
import { CALIBRATION, FEWEST_BUYERS } from '../../core/promotion/gate.ts';
import { chanceInterval, totalOf } from '../../core/quality/measures.ts';
import { addOutcomes } from '../../core/quality/sums.ts';
import { addDays, type Day, dayNumber, type Zone } from '../../core/time.ts';
import { listOutcomes, type Outcome } from '../runs/outcomes.ts';
import { type LiveModelDependencies, liveHistory, rollBack } from './live-model.ts';

export interface WatchDependencies extends LiveModelDependencies {
  clock: Clock;
  zone: Zone;
}

/** A model that did well for so long is not watched any more: later it is the shop that changes. */
const WATCHED_DAYS = 30;
/** Looked at daily for weeks, at five horizons: chance alone must hardly ever do it. */
const CHANCE = 0.999;

/**
 * A forced promotion is not undone: somebody wanted it against what was known of it.
 * @returns what was done and why, null where nothing was
 */
export async function watch(deps: WatchDependencies): Promise<Change | null> {
  const { changes } = await liveHistory(deps);
  const last = changes.at(-1);
  const today = deps.zone.dayOf(deps.clock());
  if (last?.what !== 'promotion' || last.forced || versionsBelow(changes).length === 0) return null;
  const since = deps.zone.dayOf(Date.parse(last.at));
  if (today > addDays(since, WATCHED_DAYS)) return null;
  const why = misfitOf(await listOutcomes(deps.settings, today), last, since);
  return why === undefined ? null : rollBack(deps, { by: 'watch', why });
}

/**
 * How the live model's runs missed: buyers outside of what chance gives and further off than the gate lets through, at any
 * horizon, unless the model before missed the same days in the same direction.
 * @param since day of the promotion
 */
export function misfitOf(
  outcomes: readonly Outcome[],
  { version, from }: Pick<Change, 'version' | 'from'>,
  since: Day,
): string | undefined {
  const own = outcomes.filter(({ modelVersion, day }) => modelVersion === version && day >= since);
  for (const [horizon, runs] of Map.groupBy(own, (one) => one.horizon)) {
    const missed = missOf(horizon, runs);
    if (!missed) continue;
    // Windows of the model before that saw some of the days since.
    const before = outcomes.filter(
      (one) => one.modelVersion === from && one.day < since && addDays(one.day, one.horizon) > since,
    );
    const same = [...Map.groupBy(before, (one) => one.horizon)].some(
      ([other, others]) => missOf(other, others)?.tooMany === missed.tooMany,
    );
    if (!same)
      return `${Math.round(missed.expected)} buyers were expected within ${horizon} days, ${missed.actual} came (runs of ${runs[0]!.day} to ${runs.at(-1)!.day})`;
  }
  return undefined;
}

function missOf(horizon: number, runs: readonly Outcome[]) {
  const total = totalOf(addOutcomes(runs).cells);
  const { expected, actual } = total;
  if (Math.max(expected, actual) < FEWEST_BUYERS) return undefined;
  const { low, high } = chanceInterval(total, CHANCE, overlapOf(horizon, runs));
  const off = (actual < low || actual > high) && Math.abs(expected - actual) > CALIBRATION * actual;
  return off ? { expected, actual, tooMany: expected > actual } : undefined;
}

/** How many runs' windows a day lies in on average: so many times too often is each outcome counted. */
function overlapOf(horizon: number, runs: readonly Outcome[]): number {
  const days = new Set<number>();
  for (const { day } of runs) for (let t = 0; t < horizon; t++) days.add(dayNumber(day) + t);
  return (runs.length * horizon) / days.size;
}
