import { matches } from '../../../core/audiences/rule.ts';
import { subjectOf } from '../../../core/audiences/subjects.ts';
import { createDemandBuilder } from '../../../core/demand/sums.ts';
import { probabilityHistogram } from '../../../core/distributions.ts';
import type { Outbox } from '../../../core/events/ports.ts';
import { closedOf, eventsOf, type WindowEvent } from '../../../core/events/window-event.ts';
import { nextWindows, type WindowState } from '../../../core/events/windows.ts';
import { type Likely, unpackForecast } from '../../../core/forecasts.ts';
import type { Bundle, Scorer } from '../../../core/model/contract.ts';
import type { ActionStore } from '../../../core/ports/actions.ts';
import type { BundleStore, ObjectStore } from '../../../core/ports/objects.ts';
import type { RunStore } from '../../../core/ports/runs.ts';
import type { Clock, Log } from '../../../core/ports/surroundings.ts';
import type { StoredForecast, UserRecord, UserStore } from '../../../core/ports/users.ts';
import { factsOf, shopRhythms } from '../../../core/profiles/facts.ts';
import { type ScoreRow, scoreRow } from '../../../core/score-rows.ts';
import { ACTIVE_DAYS, type Band, hazardOf, scoreFrom } from '../../../core/scores.ts';
import { buildSequence } from '../../../core/sequences.ts';
import { addDays, type Day, type Zone } from '../../../core/time.ts';
import { createVocabulary } from '../../../core/vocabulary.ts';
import { concurrently } from '../../concurrently.ts';
import { putSums } from '../../runs/demand-files.ts';
import { putRows, scoreFile } from '../../runs/score-files.ts';
import { putWarehouseRows, warehouseFile } from '../../runs/warehouse-files.ts';
import type { ShardInput, ShardReply } from '../messages.ts';
import { getPlan, getShard, type PlanState, type ShardState, shardKey } from '../state.ts';
import { WAVE } from '../steps.ts';
import { type Asked, forecastUsers } from './forecast-users.ts';
import { judge } from './judge.ts';
import { standingOf } from './who-is-new.ts';
import { windowsBefore } from './window-states.ts';

export interface ScoreShardDependencies {
  zone: Zone;
  log: Log;
  actions: ActionStore;
  users: UserStore;
  runs: RunStore;
  objects: ObjectStore;
  bundles: BundleStore;
  scorer: Scorer;
  outbox: Pick<Outbox, 'record'>;
  clock: Clock;
}

const CALLS_AT_ONCE = 8;

/**
 * Scores the users of one shard who are active as of a day, and leaves one file. Only users with new actions, an old
 * forecast or one of another model cost a model call and a write. A shard that is finished is not scored again; one
 * that crashed finds the forecasts that it stored.
 */
export function createHandler(deps: ScoreShardDependencies): (input: ShardInput) => Promise<ShardReply> {
  return async ({ day, shard }) => {
    const plan = await getPlan(deps.runs, day);
    if (!plan) throw new Error(`the run of ${day} has no plan`);
    const done = await getShard(deps.runs, day, shard, plan.attempt);
    if (done) return replyOf(day, shard, done, true);
    // The one that the run was planned with, whatever was promoted since.
    const bundle = await deps.bundles.of(plan.modelVersion);

    const before = await windowsBefore(deps.objects, { day, before: plan.before }, shard);
    const scorer = createWaveScorer(deps, plan, bundle, day, before);
    const rows: ScoreRow[] = [];
    let wave: string[] = [];
    const users = new Set<string>();
    const active = addDays(day, -ACTIVE_DAYS);
    for await (const page of deps.users.inShard(shard, addDays(plan.judged[0]?.day ?? day, -ACTIVE_DAYS))) {
      for (const { user, firstActionDay, lastActionDay } of page) {
        users.add(user);
        if (firstActionDay < day && lastActionDay >= active) wave.push(user);
      }
      for (; wave.length >= WAVE; wave = wave.slice(WAVE)) rows.push(...(await scorer.score(wave.slice(0, WAVE))));
    }
    if (wave.length > 0) rows.push(...(await scorer.score(wave)));

    rows.sort((a, b) => (a.user < b.user ? -1 : 1));
    if (plan.events) await deps.outbox.record(windowEvents(rows, before, day), deps.clock());
    if (rows.length > 0) {
      await putRows(deps.objects, scoreFile(day, shard), rows);
      await putWarehouseRows(deps.objects, warehouseFile(day, shard), rows);
      await putSums(deps.objects, day, shard, scorer.demand);
    }
    const state: ShardState = {
      attempt: plan.attempt,
      activeUsers: rows.length,
      modelCalls: scorer.modelCalls,
      modelRequests: scorer.modelRequests,
      bands: countBands(rows),
      distribution: probabilityHistogram(rows.map((row) => row.p_7d)),
      outcomes: await judge(deps, plan.judged, { day, shard, rows, users }),
    };
    await deps.runs.put({ day, shard: shardKey(shard), state });
    return replyOf(day, shard, state, false);
  };
}

function createWaveScorer(
  deps: ScoreShardDependencies,
  plan: PlanState,
  bundle: Bundle,
  day: Day,
  before: ReadonlyMap<string, WindowState>,
) {
  const vocabulary = createVocabulary(bundle.vocabulary);
  const shop = Float32Array.from(plan.shop);
  const { zone } = deps;
  const { correction, theta, audiences } = plan;
  const rhythms = shopRhythms(plan.shop, plan.hours);
  const demand = createDemandBuilder(day, plan.again);
  let buyers: { user: string; cumulative: Float64Array; categories: Likely[] }[] = [];

  const toRow = ({ user, consent }: UserRecord, stored: StoredForecast): ScoreRow => {
    const forecast = unpackForecast(stored.packed);
    const { originDay, lastActionAt, modelVersion, facts } = stored;
    const lastActionDay = zone.dayOf(lastActionAt);
    const cumulative = hazardOf({ forecast, originDay, day, correction });
    const score = scoreFrom(cumulative, { day, lastActionDay, theta });
    buyers.push({ user, cumulative, categories: forecast.nextCategories });
    const row = scoreRow(score, forecast, {
      user,
      originDay,
      lastActionAt,
      modelVersion,
      correction: correction.version,
      facts,
      consentMarketing: consent?.marketing === true,
    });
    const subject = subjectOf(row);
    return {
      ...row,
      audiences: audiences.flatMap(({ name, rule }) => (matches(rule, subject) ? [name] : [])),
      ...nextWindows(before.get(user), score, theta),
    };
  };

  const scorer = {
    demand: demand.sums,
    modelCalls: 0,
    modelRequests: 0,
    async score(users: string[]): Promise<ScoreRow[]> {
      const rows: ScoreRow[] = [];
      const asked: Asked[] = [];
      const records = await deps.users.getMany(users);
      await concurrently(records, CALLS_AT_ONCE, async (record: UserRecord) => {
        const { revision } = record;
        const standing = await standingOf(deps, record, day, plan.modelVersion);
        if (standing.kind === 'known') rows.push(toRow(record, standing.forecast));
        if (standing.kind !== 'new') return;
        const sequence = buildSequence(standing.actions, zone, vocabulary);
        const facts = factsOf(standing.actions, zone, rhythms);
        asked.push({ record, sequence, revision, lastActionAt: standing.actions.at(-1)!.at, facts });
      });
      const { forecasts, requests } = await forecastUsers(deps, asked, { day, shop, bundle });
      scorer.modelCalls += asked.length;
      scorer.modelRequests += requests;
      await concurrently(forecasts, CALLS_AT_ONCE, async (forecast, index) => {
        const { record } = asked[index]!;
        // Where one of a later origin is stored, this run of a past day leaves only its file.
        await deps.users.putForecast(record.user, forecast);
        rows.push(toRow(record, forecast));
      });
      // In one order, so that a run that is done again gives the same sums to the last digit.
      buyers.sort((a, b) => (a.user < b.user ? -1 : 1));
      for (const { cumulative, categories } of buyers) demand.add(cumulative, categories);
      buyers = [];
      return rows;
    },
  };
  return scorer;
}

/** What the rows have to tell, and the windows of users who are not scored any more. */
function windowEvents(rows: readonly ScoreRow[], before: ReadonlyMap<string, WindowState>, day: Day): WindowEvent[] {
  const scored = new Set(rows.map(({ user }) => user));
  const gone = [...before].flatMap(([user, { open_since }]) =>
    open_since === null || scored.has(user) ? [] : [closedOf(user, open_since, day)],
  );
  return [...rows.flatMap(eventsOf), ...gone];
}

function countBands(rows: readonly ScoreRow[]): Record<Band, number> {
  const counts: Record<Band, number> = { now: 0, soon: 0, later: 0, unlikely: 0 };
  for (const { band } of rows) counts[band]++;
  return counts;
}

function replyOf(day: Day, shard: number, state: ShardState, already: boolean): ShardReply {
  const { activeUsers, modelCalls, modelRequests } = state;
  return {
    day,
    shard,
    activeUsers,
    scored: already ? 0 : activeUsers,
    alreadyScored: already ? activeUsers : 0,
    modelCalls: already ? 0 : modelCalls,
    modelRequests: already ? 0 : modelRequests,
  };
}
