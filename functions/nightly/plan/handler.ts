import { IDENTITY } from '../../../core/corrections.ts';
import { errorsOf, NOTHING } from '../../../core/demand/errors.ts';
import type { ActionStore } from '../../../core/ports/actions.ts';
import type { BundleStore } from '../../../core/ports/objects.ts';
import type { RunStore } from '../../../core/ports/runs.ts';
import type { SettingStore } from '../../../core/ports/settings.ts';
import type { Clock, Log } from '../../../core/ports/surroundings.ts';
import type { UserStore } from '../../../core/ports/users.ts';
import { endedWindows } from '../../../core/quality/windows.ts';
import { MIN_THETA } from '../../../core/scores.ts';
import { addDays, type Day, isDay, type Zone } from '../../../core/time.ts';
import { listAudiences } from '../../audiences/kept.ts';
import { THETA } from '../../bands/theta.ts';
import { correctionFor, listCorrections } from '../../runs/corrections.ts';
import { createFinishedRuns } from '../../runs/finished-runs.ts';
import type { PlanInput, PlanReply } from '../messages.ts';
import { getFinish, getPlan, listShards, type PlanState, putPast } from '../state.ts';
import { lookAtShop } from './look-at-shop.ts';

export interface PlanDependencies {
  clock: Clock;
  zone: Zone;
  log: Log;
  actions: ActionStore;
  users: UserStore;
  runs: RunStore;
  settings: SettingStore;
  bundles: BundleStore;
}

/** A shard may have failed on the night before, so that its users are looked for further back. */
const DAYS_BACK = 3;
/** After a longer pause between runs, windows begin anew. */
const LONGEST_PAUSE = 14;

/**
 * Fixes what the whole run of a day shares: shop statistics, θ, model and correction. The same day again gets the same
 * plan, unless asked to restart, unless the model changed before the run was finished, or unless nobody was there.
 */
export function createHandler(deps: PlanDependencies): (input: PlanInput) => Promise<PlanReply> {
  return async (input) => {
    const day = input.day ?? deps.zone.dayOf(deps.clock());
    if (!isDay(day)) throw new RangeError(`"${day}" is not a day (YYYY-MM-DD)`);
    const modelVersion = (await deps.bundles.live()).manifest.version;
    const before = await getPlan(deps.runs, day);
    if (before && !input.restart && (await stands(deps, day, before, modelVersion))) {
      const scored = await listShards(deps.runs, day, before.attempt);
      const missing = before.shards.filter((shard) => !scored.has(shard));
      return { day, shards: before.shards, missing, modelVersion: before.modelVersion };
    }
    const startedAt = deps.clock();
    const days = await createFinishedRuns(deps).days();
    const judged = endedWindows(days, day);
    const { tally, hours, categories, users, shards, past } = await lookAtShop(deps, day, judged[0]?.day ?? day);
    const own = await deps.settings.get<number>(THETA.kind, THETA.name);
    const correction = correctionFor(await listCorrections(deps.settings), day, modelVersion) ?? IDENTITY;
    const state: PlanState = {
      attempt: (before?.attempt ?? 0) + 1,
      startedAt,
      shards,
      shop: Array.from(tally.vector()),
      hours,
      categories,
      sampledUsers: users,
      ...windowsFrom(days, day),
      judged,
      audiences: await listAudiences(deps.settings),
      theta: own ?? Math.max(MIN_THETA, tally.rate30()),
      modelVersion,
      correction: { version: correction.version, horizons: correction.horizons },
      again: { after: past.after, weekday: past.weekday },
      demandErrors: errorsOf([past.swing], NOTHING, NOTHING),
      lookedBack: false,
    };
    await putPast(deps.runs, day, past);
    await deps.runs.put({ day, shard: 'plan', state });
    deps.log.info('nightly run planned', { day, attempt: state.attempt, sampledUsers: users, modelVersion });
    return { day, shards, missing: shards, modelVersion };
  };
}

/** The days that windows go on from, and whether this run tells of windows: those of a past day are past. */
function windowsFrom(days: readonly Day[], day: Day): Pick<PlanState, 'before' | 'events'> {
  const before = days.filter((other) => other < day && other >= addDays(day, -LONGEST_PAUSE));
  return { before: before.slice(-DAYS_BACK).reverse(), events: !days.some((other) => other > day) };
}

/** Whether a plan holds: not one for another model before it was carried out, nor one that found nobody. */
async function stands(deps: PlanDependencies, day: Day, plan: PlanState, modelVersion: string): Promise<boolean> {
  if (plan.shards.length === 0) return false;
  if (plan.modelVersion === modelVersion) return true;
  const finish = await getFinish(deps.runs, day);
  return finish !== undefined && finish.attempt === plan.attempt && finish.failedShards.length === 0;
}
