import { correct } from '../../core/corrections.ts';
import { percentileOf } from '../../core/distributions.ts';
import { type Forecast, unpackForecast } from '../../core/forecasts.ts';
import { HORIZONS } from '../../core/model/contract.ts';
import type { ObjectStore } from '../../core/ports/objects.ts';
import type { RunStore } from '../../core/ports/runs.ts';
import type { SettingStore } from '../../core/ports/settings.ts';
import type { Pseudonyms, UserRecord, UserStore } from '../../core/ports/users.ts';
import { factsOf, shopRhythms } from '../../core/profiles/facts.ts';
import { probabilities, rowReply, type ScoredUser, type ScoreSource, scoreRow } from '../../core/score-rows.ts';
import { cumulativeHazard, FORECAST_DAYS, isActive, scoreOf, within } from '../../core/scores.ts';
import { addDays, type Day, daysBetween } from '../../core/time.ts';
import { showsIds } from '../http/access.ts';
import { type ApiDependencies, type ApiRequest, api, type HttpHandler, Problem } from '../http/api.ts';
import { resolveUser } from '../http/user.ts';
import { parseQuery } from '../http/validate.ts';
import { nextRun } from '../nightly/next-run.ts';
import { createFinishedRuns, type FinishedRun } from '../runs/finished-runs.ts';
import { findRow, scoreFile } from '../runs/score-files.ts';
import { type TimingCurves, type TimingReply, timingQuery } from './contract.ts';
import { explainUser } from './explain.ts';
import { type FreshDependencies, forecastNow } from './fresh.ts';

export interface TimingDependencies extends ApiDependencies, FreshDependencies {
  users: UserStore;
  runs: RunStore;
  settings: SettingStore;
  objects: ObjectStore;
  pseudonyms: Pseudonyms;
}

const CURVE_DAYS = 30;

/**
 * `GET /v1/users/{userId}/timing`: the score of the latest finished run from the stored forecast (no model call), that
 * of a past day from its file, or with `fresh=true` one asked of the model now; with `explain=true` also why.
 */
export function createHandler(deps: TimingDependencies): HttpHandler {
  const finished = createFinishedRuns(deps);
  return api(deps, {}, async (request) => {
    const { day, fresh, curves, explain } = readQuery(request);
    const asked = resolveUser(deps, request.path.userId);
    const [record, run] = await Promise.all([deps.users.get(asked), day ? finished.of(day) : finished.latest()]);
    if (!record) throw new Problem(404, 'unknown-user', 'no action of this user has arrived');
    // Of a merged id the answer is that of the user it was merged into.
    const { user } = record;
    if (!run)
      throw notScored(deps, user, day ? `there is no finished run of ${day}` : 'no nightly run has finished yet');
    const latest = !day || (await finished.latest())?.day === day;
    const answer = fresh
      ? await answerFresh(deps, record, run)
      : ((latest ? answerStored(deps, record, run) : undefined) ?? (await answerFromFile(deps, record, run)));
    if (!answer)
      throw notScored(deps, user, `on ${run.day} this user was not among those with an action in the 90 days before`);
    const reply = toReply(answer.row, run);
    if (explain) Object.assign(reply, await explainUser(deps, user, run, fresh));
    if (curves && answer.forecast) reply.curves = curvesOf(answer.forecast, answer.row, run);
    if (showsIds(request)) reply.userId = deps.pseudonyms.decrypt(record.encryptedId);
    return { status: 200, body: reply };
  });
}

function readQuery(request: ApiRequest) {
  const { day, fresh = false, curves = false, explain = false } = parseQuery(request, timingQuery);
  if (day !== undefined && fresh)
    throw new Problem(400, 'bad-fresh', 'fresh asks the model as of now; it cannot be asked for a day');
  return { day, fresh, curves, explain };
}

const agreed = ({ consent }: UserRecord) => consent?.marketing === true;

interface Answer {
  row: ScoredUser;
  /** Where the row was made from, unless it came from a file. */
  forecast?: Forecast;
}

/** @returns undefined when the stored forecast is not the one that the run read */
function answerStored(deps: TimingDependencies, record: UserRecord, { day, state }: FinishedRun): Answer | undefined {
  const stored = record.forecast;
  if (!stored || stored.modelVersion !== state.modelVersion) return undefined;
  const age = daysBetween(stored.originDay, day);
  const lastActionDay = deps.zone.dayOf(stored.lastActionAt);
  if (age < 0 || age > FORECAST_DAYS || !isActive(lastActionDay, day)) return undefined;
  return score(deps, day, state, unpackForecast(stored.packed), {
    user: record.user,
    originDay: stored.originDay,
    lastActionAt: stored.lastActionAt,
    modelVersion: stored.modelVersion,
    facts: stored.facts,
    consentMarketing: agreed(record),
  });
}

async function answerFromFile(
  deps: TimingDependencies,
  record: UserRecord,
  { day }: FinishedRun,
): Promise<Answer | undefined> {
  const row = await findRow(deps.objects, scoreFile(day, record.shard), record.user);
  return row && { row };
}

async function answerFresh(
  deps: TimingDependencies,
  record: UserRecord,
  { state }: FinishedRun,
): Promise<Answer | undefined> {
  const fresh = await forecastNow(deps, record.user, Float32Array.from(state.shop));
  if (!fresh) return undefined;
  const today = deps.zone.dayOf(deps.clock());
  const { forecast, lastActionAt, modelVersion } = fresh;
  const facts = factsOf(fresh.actions, deps.zone, shopRhythms(state.shop, state.hours));
  const source = { user: record.user, originDay: today, lastActionAt, modelVersion, facts };
  return score(deps, today, state, forecast, { ...source, consentMarketing: agreed(record) });
}

function score(
  deps: TimingDependencies,
  day: Day,
  { correction, theta }: FinishedRun['state'],
  forecast: Forecast,
  source: Omit<ScoreSource, 'correction'>,
): Answer {
  const lastActionDay = deps.zone.dayOf(source.lastActionAt);
  const { originDay } = source;
  const given = scoreOf({ forecast, originDay, day, lastActionDay, correction, theta });
  return { row: scoreRow(given, forecast, { ...source, correction: correction.version }), forecast };
}

function toReply(row: ScoredUser, { state }: FinishedRun): TimingReply {
  const { user, probability, expected, bestWindow, bestHour } = rowReply(row);
  return {
    user,
    day: row.day,
    asOf: row.as_of,
    modelVersion: row.model_version,
    correction: row.correction,
    silenceDays: row.silence_days,
    probability,
    band: row.band,
    percentile: percentileOf(row.p_7d, state.quantiles),
    expected,
    bestWindow,
    bestHour,
    nextActions: row.next_actions.map(({ text, p }) => ({ word: text, probability: p })),
    nextCategories: row.next_categories.map(({ text, p }) => ({ category: text, probability: p })),
  };
}

function curvesOf(forecast: Forecast, { day, origin }: ScoredUser, { state }: FinishedRun): TimingCurves {
  const first = daysBetween(origin, day);
  const hazards = Array.from({ length: FORECAST_DAYS + 1 - first }, (_, i) =>
    correct(cumulativeHazard(forecast, first + i), state.correction),
  );
  return {
    within: Array.from({ length: CURVE_DAYS }, (_, i) => within(hazards[0]!, i + 1)),
    silence: hazards.map((cumulative, i) => ({
      day: addDays(day, i),
      probability: probabilities(HORIZONS.map((horizon) => within(cumulative, horizon))),
    })),
  };
}

function notScored(deps: TimingDependencies, user: string, why: string): Problem {
  const next = new Date(nextRun(deps.clock(), deps.zone)).toISOString();
  return new Problem(404, 'not-scored', `${why}; the next nightly run is at ${next}`, { nextRun: next, user });
}
