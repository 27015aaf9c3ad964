/** Adds up what the shards saw become of the forecasts of past runs, and keeps it. */
import type { Log, RunStore, SettingStore } from '../../../core/ports.ts';
import { alarmOf } from '../../../core/quality/measures.ts';
import { addOutcomes } from '../../../core/quality/sums.ts';
import type { Day } from '../../../core/time.ts';
import { putOutcome, removeOldOutcomes } from '../../runs/outcomes.ts';
import { getFinish, type PlanState, type ShardState } from '../state.ts';

export async function putOutcomes(
  { log, runs, settings }: { log: Log; runs: RunStore; settings: SettingStore },
  day: Day,
  { judged }: PlanState,
  shards: ReadonlyMap<number, ShardState>,
): Promise<void> {
  // In the order of shards, so that the same run gives the same sums to the last digit.
  const all = [...shards].sort(([a], [b]) => a - b).flatMap(([, { outcomes }]) => outcomes);
  for (const { day: origin, horizons } of judged) {
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
}
