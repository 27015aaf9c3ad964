import { PROBABILITY_BINS, percentiles } from '../../../core/distributions.ts';
import type { ObjectStore } from '../../../core/ports/objects.ts';
import type { SettingStore } from '../../../core/ports/settings.ts';
import type { UserStore } from '../../../core/ports/users.ts';
import { ACTIVE_DAYS } from '../../../core/scores.ts';
import { addDays, type Day } from '../../../core/time.ts';
import { concurrently } from '../../concurrently.ts';
import { removeSums } from '../../runs/demand-files.ts';
import { FINISHED_DAYS, type FinishedDay, LATEST } from '../../runs/finished-runs.ts';
import { scoreFile } from '../../runs/score-files.ts';
import { warehouseFile, warehouseFolder } from '../../runs/warehouse-files.ts';
import type { FinishInput, FinishReply } from '../messages.ts';
import { type FinishState, getFinish, getPlan, listShards, type ShardState } from '../state.ts';
import { makeDemand } from './put-demand.ts';
import { type OutcomeDependencies, putOutcomes } from './put-outcomes.ts';
import { putTogether } from './put-together.ts';

export interface FinishDependencies extends OutcomeDependencies {
  users: UserStore;
  objects: ObjectStore;
}

const FILES_AT_ONCE = 8;

/**
 * Sums up the shards of a run: bands, quantiles, audiences, demand. Shards that failed are named and left out; run again
 * after them, it sums up anew.
 */
export function createHandler(deps: FinishDependencies): (input: FinishInput) => Promise<FinishReply> {
  return async ({ day }) => {
    const plan = await getPlan(deps.runs, day);
    if (!plan) throw new Error(`the run of ${day} has no plan`);
    const before = await getFinish(deps.runs, day);
    if (before?.attempt === plan.attempt && before.failedShards.length === 0) {
      await removeSums(deps.objects, day);
      return replyOf(day, before);
    }
    const shards = await listShards(deps.runs, day, plan.attempt);
    const failedShards = plan.shards.filter((shard) => !shards.has(shard));
    const { users, p7, expected, bands } = await putTogether(deps, day, plan, shards, deps.clock());
    if (!(await makeDemand(deps, day, plan, shards))) deps.log.warn('a day without demand', { day });
    await putOutcomes(deps, day, plan, shards);
    const states = [...shards.values()];
    const total = (value: (state: ShardState) => number) => states.reduce((sum, state) => sum + value(state), 0);
    const finishedAt = deps.clock();
    const state: FinishState = {
      attempt: plan.attempt,
      finishedAt,
      seconds: (finishedAt - plan.startedAt) / 1000,
      users,
      bands,
      distribution: Array.from({ length: PROBABILITY_BINS }, (_, bin) => total((shard) => shard.distribution[bin]!)),
      quantiles: percentiles(p7),
      expected,
      modelCalls: total((shard) => shard.modelCalls),
      modelRequests: total((shard) => shard.modelRequests),
      failed: await countUsers(deps.users, failedShards, day),
      failedShards,
      theta: plan.theta,
      modelVersion: plan.modelVersion,
      correction: plan.correction,
      shop: plan.shop,
      hours: plan.hours,
      categories: plan.categories,
    };
    if (plan.attempt > 1) await removeOtherFiles(deps.objects, day, shards);
    await deps.runs.put({ day, shard: 'finish', state });
    await announce(deps.settings, { day, finishedAt, users });
    // A shard that failed may come later; until then the others' sums are needed.
    if (failedShards.length === 0) await removeSums(deps.objects, day);
    const { modelCalls, failed, seconds } = state;
    deps.log.info('nightly run finished', { day, users, modelCalls, failed, failedShards, seconds });
    return replyOf(day, state);
  };
}

/** Removes what an earlier attempt left of shards that this one has no users of. */
async function removeOtherFiles(objects: ObjectStore, day: Day, shards: Map<number, ShardState>): Promise<void> {
  const filled = [...shards].filter(([, { activeUsers }]) => activeUsers > 0);
  const names = new Set(filled.flatMap(([shard]) => [scoreFile(day, shard), warehouseFile(day, shard)]));
  for (const folder of [`scores/day=${day}/`, warehouseFolder(day)])
    for (const name of await objects.list(folder)) if (!names.has(name)) await objects.remove(name);
}

/** Users that shards without a result would have looked at. */
async function countUsers(users: UserStore, shards: readonly number[], day: Day): Promise<number> {
  const counts = await concurrently(shards, FILES_AT_ONCE, async (shard) => {
    let count = 0;
    for await (const page of users.inShard(shard, addDays(day, -ACTIVE_DAYS)))
      count += page.filter(({ firstActionDay }) => firstActionDay < day).length;
    return count;
  });
  return counts.reduce((sum, count) => sum + count, 0);
}

/** A run that found nobody is finished, but is not what is shown: a log of long ago would hide behind today. */
async function announce(settings: SettingStore, finished: FinishedDay): Promise<void> {
  await settings.put(FINISHED_DAYS, finished.day, finished);
  if (finished.users === 0) return;
  const latest = await settings.get<FinishedDay>(LATEST.kind, LATEST.name);
  if (!latest || latest.day <= finished.day) await settings.put(LATEST.kind, LATEST.name, finished);
}

function replyOf(day: Day, state: FinishState): FinishReply {
  const { users, modelCalls, modelRequests, failed, failedShards, seconds, modelVersion } = state;
  return {
    day,
    activeUsers: users + failed,
    modelCalls,
    modelRequests,
    scored: users,
    failed,
    failedShards,
    seconds,
    modelVersion,
  };
}
