/** Adds up what the shards saw become of the forecasts of past runs, and keeps it. */
import { nightMetrics } from '../../../adapters/metrics.ts';
import type { RunStore } from '../../../core/ports/runs.ts';
import type { SettingStore } from '../../../core/ports/settings.ts';
import type { Clock, Log } from '../../../core/ports/surroundings.ts';
import { lastingShift } from '../../../core/quality/lasting.ts';
import { alarmOf } from '../../../core/quality/measures.ts';
import { addOutcomes } from '../../../core/quality/sums.ts';
import type { Day } from '../../../core/time.ts';
import type { Environment } from '../../environment.ts';
import { listOutcomes, putOutcome, removeOldOutcomes } from '../../runs/outcomes.ts';
import { getFinish, type PlanState, type ShardState } from '../state.ts';

export interface OutcomeDependencies {
  environment: Pick<Environment, 'STAGE'>;
  clock: Clock;
  log: Log;
  runs: RunStore;
  settings: SettingStore;
}

export async function putOutcomes(
  deps: OutcomeDependencies,
  day: Day,
  plan: PlanState,
  shards: ReadonlyMap<number, ShardState>,
): Promise<void> {
  const { log, runs, settings } = deps;
  // In the order of shards, so that the same run gives the same sums to the last digit.
  const all = [...shards].sort(([a], [b]) => a - b).flatMap(([, { outcomes }]) => outcomes);
  for (const { day: origin, horizons } of plan.judged) {
    const run = await getFinish(runs, origin);
    if (!run) continue;
    for (const horizon of horizons) {
      const parts = all.filter((part) => part.day === origin && part.horizon === horizon);
      if (parts.length === 0) continue;
      const sums = addOutcomes(parts);
      const { modelVersion, correction } = run;
      await putOutcome(settings, { day: origin, horizon, modelVersion, correction: correction.version, ...sums });
      const { value, ...alarm } = alarmOf(sums.cells);
      if (value) log.warn('buyers are not as forecast', { day: origin, horizon, ...alarm });
    }
  }
  // Not by a run that found nobody, which is not what is shown: a log of long ago would lose what is told of it.
  if ([...shards.values()].some(({ activeUsers }) => activeUsers > 0)) await removeOldOutcomes(settings, day);
  // A run of a past day says nothing of today's forecasts.
  if (plan.events) await tellLastingShift(deps, day, plan.modelVersion);
}

/** What an alarm watches. Another model's days are no reason to ring. */
async function tellLastingShift({ environment, clock, log, settings }: OutcomeDependencies, day: Day, model: string) {
  const runs = (await listOutcomes(settings, day)).filter(
    ({ horizon, modelVersion }) => horizon === 1 && modelVersion === model,
  );
  const shift = lastingShift(runs);
  if (shift !== undefined) log.info('night', nightMetrics(environment.STAGE, 100 * Math.abs(shift), clock()));
}
