import { PROBABILITY_BINS, percentiles } from '../../../core/distributions.ts';
import type { Clock, Log, ObjectStore, RunStore, SettingStore, UserStore } from '../../../core/ports.ts';
import type { AudienceRow } from '../../../core/score-rows.ts';
import { ACTIVE_DAYS, BANDS, type Band } from '../../../core/scores.ts';
import { addDays, type Day } from '../../../core/time.ts';
import { concurrently } from '../../concurrently.ts';
import { FINISHED_DAYS, type FinishedDay, LATEST } from '../../runs/finished-runs.ts';
import { audienceFile, PAGE, putRows, readRows, scoreFile } from '../../runs/score-files.ts';
import type { FinishInput, FinishReply } from '../messages.ts';
import { type FinishState, getFinish, getPlan, listShards, type ShardState } from '../state.ts';

export interface FinishDependencies {
  clock: Clock;
  log: Log;
  users: UserStore;
  runs: RunStore;
  settings: SettingStore;
  objects: ObjectStore;
}

const FILES_AT_ONCE = 8;

/**
 * Sums up the shards of a run: bands, quantiles, audiences. Shards that failed are named and left out; run again after
 * them, it sums up anew.
 */
export function createHandler(deps: FinishDependencies): (input: FinishInput) => Promise<FinishReply> {
  return async ({ day }) => {
    const plan = await getPlan(deps.runs, day);
    if (!plan) throw new Error(`the run of ${day} has no plan`);
    const before = await getFinish(deps.runs, day);
    if (before?.attempt === plan.attempt && before.failedShards.length === 0) return replyOf(day, before);
    const shards = await listShards(deps.runs, day, plan.attempt);
    const failedShards = plan.shards.filter((shard) => !shards.has(shard));
    const rows = await readShards(deps.objects, day, shards);
    rows.sort((a, b) => b.p_7d - a.p_7d || (a.user < b.user ? -1 : 1));
    const bands = await writeAudiences(deps.objects, day, rows);
    const states = [...shards.values()];
    const total = (value: (state: ShardState) => number) => states.reduce((sum, state) => sum + value(state), 0);
    const finishedAt = deps.clock();
    const state: FinishState = {
      attempt: plan.attempt,
      finishedAt,
      seconds: (finishedAt - plan.startedAt) / 1000,
      users: rows.length,
      bands,
      distribution: Array.from({ length: PROBABILITY_BINS }, (_, bin) => total((shard) => shard.distribution[bin]!)),
      quantiles: percentiles(Float64Array.from(rows, (row) => row.p_7d)),
      expected: countDates(rows),
      modelCalls: total((shard) => shard.modelCalls),
      modelRequests: total((shard) => shard.modelRequests),
      failed: await countUsers(deps.users, failedShards, day),
      failedShards,
      theta: plan.theta,
      modelVersion: plan.modelVersion,
      correction: plan.correction,
      shop: plan.shop,
    };
    if (plan.attempt > 1) await removeOtherFiles(deps.objects, day, shards);
    await deps.runs.put({ day, shard: 'finish', state });
    await announce(deps.settings, { day, finishedAt, users: rows.length });
    const { users, modelCalls, failed, seconds } = state;
    deps.log.info('nightly run finished', { day, users, modelCalls, failed, failedShards, seconds });
    return replyOf(day, state);
  };
}

async function readShards(objects: ObjectStore, day: Day, shards: Map<number, ShardState>): Promise<AudienceRow[]> {
  const filled = [...shards].filter(([, { activeUsers }]) => activeUsers > 0);
  const files = await concurrently(filled, FILES_AT_ONCE, async ([shard, { activeUsers }]) => {
    const rows = await readRows(objects, scoreFile(day, shard));
    if (rows.length !== activeUsers)
      throw new Error(`the score file of shard ${shard} has ${rows.length} rows, its run counted ${activeUsers}`);
    // All users are held at once here, so only what their lists need.
    return rows.map(({ next_actions: _, next_categories: __, ...row }): AudienceRow => row);
  });
  return files.flat();
}

/** Removes what an earlier attempt left of shards that this one has no users of. */
async function removeOtherFiles(objects: ObjectStore, day: Day, shards: Map<number, ShardState>): Promise<void> {
  const filled = [...shards].filter(([, { activeUsers }]) => activeUsers > 0);
  const names = new Set(filled.map(([shard]) => scoreFile(day, shard)));
  for (const name of await objects.list(`scores/day=${day}/`)) if (!names.has(name)) await objects.remove(name);
}

/** Writes the pages of each band, most probable buyers first, and removes those of an earlier, longer list. */
async function writeAudiences(
  objects: ObjectStore,
  day: Day,
  rows: readonly AudienceRow[],
): Promise<Record<Band, number>> {
  const counts: Record<Band, number> = { now: 0, soon: 0, later: 0, unlikely: 0 };
  const written = new Set<string>();
  for (const band of BANDS) {
    const members = rows.filter((row) => row.band === band);
    counts[band] = members.length;
    for (let page = 0; page * PAGE < members.length; page++) {
      const name = audienceFile(day, band, page);
      await putRows(objects, name, members.slice(page * PAGE, (page + 1) * PAGE));
      written.add(name);
    }
  }
  for (const name of await objects.list(`audiences/day=${day}/`)) if (!written.has(name)) await objects.remove(name);
  return counts;
}

function countDates(rows: readonly AudienceRow[]): FinishState['expected'] {
  const counts = new Map<Day, number>();
  for (const { expected } of rows) counts.set(expected, (counts.get(expected) ?? 0) + 1);
  return [...counts].map(([date, count]) => ({ date, count })).sort((a, b) => (a.date < b.date ? -1 : 1));
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
