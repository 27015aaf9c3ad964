/** `/v1/audiences`: the four bands and the shop's own rules, who is in them, and whether writing to them helped. */
import { liftOf } from '../../core/audiences/lift.ts';
import type { Downloads, ObjectStore } from '../../core/ports/objects.ts';
import type { RunStore } from '../../core/ports/runs.ts';
import type { SettingStore } from '../../core/ports/settings.ts';
import type { Pseudonyms, UserStore } from '../../core/ports/users.ts';
import { BANDS } from '../../core/scores.ts';
import { type ApiDependencies, type ApiReply, type ApiRequest, api, type HttpHandler, Problem } from '../http/api.ts';
import { parseQuery } from '../http/validate.ts';
import { removeAudienceFiles } from '../runs/audience-files.ts';
import { createFinishedRuns, type FinishedRuns } from '../runs/finished-runs.ts';
import { getLedger, removeLedger } from '../runs/ledgers.ts';
import { type AudienceSummary, type AudiencesReply, type LiftReply, liftQuery } from './contract.ts';
import { getAudience, getList, listAudiences, listDays, removeAudience } from './kept.ts';
import { knownName, pageOf } from './page.ts';
import { countRule, saveAudience } from './rules.ts';
import { createTables, type Tables } from './tables.ts';

export interface AudienceDependencies extends ApiDependencies {
  users: Pick<UserStore, 'idsOf'>;
  runs: RunStore;
  settings: SettingStore;
  objects: ObjectStore;
  pseudonyms: Pseudonyms;
  downloads: Downloads;
}

const CATEGORIES = 500;

type Answer = (
  deps: AudienceDependencies,
  finished: FinishedRuns,
  tables: Tables,
  request: ApiRequest,
) => Promise<ApiReply>;

const ANSWERS: Record<string, Answer> = {
  'GET /v1/audiences': list,
  'POST /v1/audiences': saveAudience,
  'POST /v1/audiences/count': countRule,
  'GET /v1/audiences/{name}': (deps, finished, _, request) => pageOf(deps, finished, request),
  'DELETE /v1/audiences/{name}': (deps, _, __, request) => remove(deps, request),
  'GET /v1/audiences/{name}/lift': (deps, _, __, request) => lift(deps, request),
};

export function createHandler(deps: AudienceDependencies): HttpHandler {
  const finished = createFinishedRuns(deps);
  const tables = createTables(deps.objects);
  return api(deps, {}, (request) => ANSWERS[request.routeKey]!(deps, finished, tables, request));
}

async function list(deps: AudienceDependencies, finished: FinishedRuns, tables: Tables): Promise<ApiReply> {
  const [own, run] = await Promise.all([listAudiences(deps.settings), finished.latest()]);
  const latest = async (name: string): Promise<AudienceSummary['latest']> => {
    const kept = run && (await getList(deps.settings, name, run.day));
    return kept ? { day: run.day, count: kept.count, heldOut: kept.heldOut } : null;
  };
  const bands = BANDS.map(async (name): Promise<AudienceSummary> => {
    return { name, kind: 'band', holdout: 0, latest: await latest(name) };
  });
  const rules = own.map(async (audience): Promise<AudienceSummary> => {
    return { ...audience, kind: 'rule', latest: await latest(audience.name) };
  });
  const reply: AudiencesReply = {
    audiences: await Promise.all([...bands, ...rules]),
    categories: [...((run && (await tables(run))?.categories) ?? [])].slice(0, CATEGORIES),
  };
  return { status: 200, body: reply };
}

async function remove(deps: AudienceDependencies, request: ApiRequest): Promise<ApiReply> {
  const name = await knownName(deps, request.path.name);
  if (BANDS.some((band) => band === name)) throw new Problem(400, 'bad-name', 'a band cannot be deleted');
  const days = await listDays(deps.settings, name);
  // The rule first: what is left of an audience that nobody can ask for any more does no harm.
  await removeAudience(deps.settings, name);
  await removeLedger(deps.objects, name);
  await removeAudienceFiles(
    deps.objects,
    name,
    days.map(({ day }) => day),
  );
  return { status: 204 };
}

async function lift(deps: AudienceDependencies, request: ApiRequest): Promise<ApiReply> {
  const name = await knownName(deps, request.path.name);
  const { days } = parseQuery(request, liftQuery);
  const audience = await getAudience(deps.settings, name);
  const ledger = audience
    ? await getLedger(deps.objects, audience)
    : { createdAt: '', until: null, entries: new Map() };
  const reply: LiftReply = { name, holdout: audience?.holdout ?? 0, days, ...liftOf(ledger, days) };
  return { status: 200, body: reply };
}
