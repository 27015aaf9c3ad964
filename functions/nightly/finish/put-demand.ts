/** Puts the demand of a day together from what the shards added up. */
import { type DemandOutlook, outlookOf } from '../../../core/demand/outlook.ts';
import { addSums, emptySums } from '../../../core/demand/sums.ts';
import type { ObjectStore } from '../../../core/ports/objects.ts';
import type { RunStore } from '../../../core/ports/runs.ts';
import type { Day } from '../../../core/time.ts';
import { concurrently } from '../../concurrently.ts';
import { getSums, putDemand } from '../../runs/demand-files.ts';
import { getPast, type PlanState, type ShardState } from '../state.ts';

const FILES_AT_ONCE = 8;

/** @returns false when what a shard added up is not there; there is no demand of the day then */
export async function makeDemand(
  deps: { objects: ObjectStore; runs: RunStore },
  day: Day,
  plan: PlanState,
  shards: ReadonlyMap<number, ShardState>,
): Promise<boolean> {
  const past = await getPast(deps.runs, day);
  if (!past) return false;
  // In the order of shards, so that the same run gives the same sums to the last digit.
  const filled = [...shards]
    .flatMap(([shard, { activeUsers }]) => (activeUsers > 0 ? [shard] : []))
    .sort((a, b) => a - b);
  const total = emptySums();
  for (let from = 0; from < filled.length; from += FILES_AT_ONCE) {
    const part = filled.slice(from, from + FILES_AT_ONCE);
    for (const sums of await concurrently(part, FILES_AT_ONCE, (shard) => getSums(deps.objects, day, shard))) {
      if (!sums) return false;
      addSums(total, sums);
    }
  }
  const outlook: DemandOutlook = outlookOf(day, total, past, plan.demandErrors);
  await putDemand(deps.objects, outlook);
  return true;
}
