/** `GET /v1/users/{userId}/profile`: what a user is like, and what became of past scores. */
import { type Action, typeOf } from '../../core/actions/action.ts';
import type { ActionStore } from '../../core/ports/actions.ts';
import type { ObjectStore } from '../../core/ports/objects.ts';
import type { RunStore } from '../../core/ports/runs.ts';
import type { SettingStore } from '../../core/ports/settings.ts';
import type { Clock } from '../../core/ports/surroundings.ts';
import type { Pseudonyms, UserStore } from '../../core/ports/users.ts';
import { factsOf, shopRhythms } from '../../core/profiles/facts.ts';
import { WEEK_HOURS } from '../../core/profiles/hours.ts';
import { stageOf } from '../../core/profiles/lifecycle.ts';
import { portraitOf } from '../../core/profiles/portrait.ts';
import type { ScoreRow } from '../../core/score-rows.ts';
import { type Day, daysBetween, type Zone } from '../../core/time.ts';
import { concurrently } from '../concurrently.ts';
import { showsIds } from '../http/access.ts';
import { type ApiDependencies, api, type HttpHandler, Problem } from '../http/api.ts';
import { resolveUser } from '../http/user.ts';
import { createFinishedRuns, type FinishedRun } from '../runs/finished-runs.ts';
import { findRow, scoreFile } from '../runs/score-files.ts';
import type { ProfileReply } from './contract.ts';

export interface ProfileDependencies extends ApiDependencies {
  clock: Clock;
  zone: Zone;
  actions: Pick<ActionStore, 'read'>;
  users: Pick<UserStore, 'get'>;
  runs: RunStore;
  settings: SettingStore;
  objects: ObjectStore;
  pseudonyms: Pseudonyms;
}

/** Days with a run whose scores are looked up. */
const SCORES = 30;
const FILES_AT_ONCE = 8;

export function createHandler(deps: ProfileDependencies): HttpHandler {
  const finished = createFinishedRuns(deps);
  const unknown = () => new Problem(404, 'unknown-user', 'no action of this user has arrived');
  return api(deps, {}, async (request) => {
    const [record, run, days] = await Promise.all([
      deps.users.get(resolveUser(deps, request.path.userId)),
      finished.latest(),
      finished.days(),
    ]);
    if (!record) throw unknown();
    const { user, shard } = record;
    const [actions, rows] = await Promise.all([
      deps.actions.read(user),
      concurrently(days.slice(-SCORES).reverse(), FILES_AT_ONCE, (day) =>
        findRow(deps.objects, scoreFile(day, shard), user),
      ),
    ]);
    const known = knownOf(deps, actions, run);
    if (!known) throw unknown();
    const bought = boughtDays(actions, deps.zone);
    const reply: ProfileReply = {
      user,
      ...profileOf(known, run, deps.zone),
      scores: rows.flatMap((row) => (row ? [scored(row, bought, known.day)] : [])),
    };
    if (showsIds(request)) reply.userId = deps.pseudonyms.decrypt(record.encryptedId);
    return { status: 200, body: reply };
  });
}

interface Known {
  day: Day;
  /** At least one. */
  actions: readonly Action[];
}

/** What came before the run's day; of a user who came since then, all until today. */
function knownOf({ zone, clock }: ProfileDependencies, actions: Action[], run?: FinishedRun): Known | undefined {
  const now = clock();
  const instant = run && zone.startOf(run.day);
  const before = instant === undefined ? [] : actions.filter(({ at }) => at < instant);
  if (run && before.length > 0) return { day: run.day, actions: before };
  const until = actions.filter(({ at }) => at <= now);
  return until.length > 0 ? { day: zone.dayOf(now), actions: until } : undefined;
}

function profileOf({ day, actions }: Known, run: FinishedRun | undefined, zone: Zone) {
  const state = run?.state;
  const facts = factsOf(actions, zone, shopRhythms(state?.shop ?? [], state?.hours ?? new Array(WEEK_HOURS).fill(0)));
  const { recency, frequency, value, categories, weekdays, hours } = portraitOf(actions, day, zone);
  const { gap, spread } = facts.rhythm;
  const shares = new Map(state?.categories.map(({ category, share }) => [category, share]));
  return {
    day,
    stage: stageOf({
      knownDays: daysBetween(facts.firstDay, day),
      purchases: facts.purchases,
      elapsed: recency.purchaseDays ?? Math.max(1, recency.days),
      rhythm: facts.rhythm,
    }),
    recency,
    frequency: { firstDay: facts.firstDay, ...frequency },
    value,
    rhythm: {
      of: facts.purchases > 0 ? ('purchases' as const) : ('visits' as const),
      gap,
      low: gap * Math.exp(-spread),
      high: gap * Math.exp(spread),
    },
    categories: categories.map((each) => {
      const shopShare = shares.get(each.category) ?? null;
      return { ...each, shopShare, affinity: shopShare === null ? null : each.share / shopShare };
    }),
    weekdays,
    hours,
    bestHour: facts.bestHour,
  };
}

function boughtDays(actions: readonly Action[], zone: Zone): Day[] {
  return actions.filter(({ word }) => typeOf(word) === 'purchase').map(({ at }) => zone.dayOf(at));
}

/** @param today days before it are over */
function scored(
  { day, p_7d, p_30d, band }: ScoreRow,
  bought: readonly Day[],
  today: Day,
): ProfileReply['scores'][number] {
  const within = (days: number): boolean | null => {
    if (bought.some((each) => each >= day && daysBetween(day, each) < days)) return true;
    return daysBetween(day, today) >= days ? false : null;
  };
  return { day, probability: { '7d': p_7d, '30d': p_30d }, band, bought: { '7d': within(7), '30d': within(30) } };
}
