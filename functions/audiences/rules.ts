/** `POST /v1/audiences` and `/v1/audiences/count`: rules are checked, counted, saved, and put together at once. */
import { type Audience, isHeldOut, MOST_AUDIENCES } from '../../core/audiences/audience.ts';
import { note } from '../../core/audiences/lift.ts';
import { categoriesOf, isWithin, matches, type Rule } from '../../core/audiences/rule.ts';
import { subjectOf } from '../../core/audiences/subjects.ts';
import type { SubjectTable } from '../../core/audiences/table.ts';
import { proportion } from '../../core/proportion.ts';
import type { ScoreRow } from '../../core/score-rows.ts';
import { BANDS } from '../../core/scores.ts';
import { type ApiReply, type ApiRequest, Problem } from '../http/api.ts';
import { readJson } from '../http/json.ts';
import { parseBody } from '../http/validate.ts';
import { createListMaker } from '../runs/audience-lists.ts';
import type { FinishedRun, FinishedRuns } from '../runs/finished-runs.ts';
import { getLedger, putLedger } from '../runs/ledgers.ts';
import { readRows } from '../runs/score-files.ts';
import { type AudienceSummary, audienceBody, type CountReply, countBody } from './contract.ts';
import type { AudienceDependencies } from './handler.ts';
import { getAudience, getList, listAudiences, putAudience, putList } from './kept.ts';
import { type Fault, faultsOf } from './rule-schema.ts';
import type { Tables } from './tables.ts';

/** More users cannot be read within the 29 seconds of a request: the next nightly run puts the audience together. */
const AT_ONCE = 400_000;
/** Categories named to who asked for one that is not known. */
const NAMED = 12;

export async function countRule(
  _deps: AudienceDependencies,
  finished: FinishedRuns,
  tables: Tables,
  request: ApiRequest,
): Promise<ApiReply> {
  const given = ruleOf(request);
  const run = await finished.latest();
  const table = run && (await tables(run));
  checkRule(given, table);
  const { rule } = parseBody(request, countBody);
  if (!run || !table) throw new Problem(404, 'not-scored', 'no nightly run has finished yet');
  const found = table.count(rule);
  const sampled = table.length < table.users;
  const share = (sampled && proportion(found, table.length)) || { value: 1, low: 1, high: 1 };
  const scaled = (value: number) => (sampled ? Math.round(value * table.users) : found);
  const reply: CountReply = {
    day: run.day,
    users: table.users,
    count: scaled(share.value),
    sampled,
    sample: table.length,
    low: scaled(share.low),
    high: scaled(share.high),
  };
  return { status: 200, body: reply };
}

export async function saveAudience(
  deps: AudienceDependencies,
  finished: FinishedRuns,
  tables: Tables,
  request: ApiRequest,
): Promise<ApiReply> {
  const given = ruleOf(request);
  const run = await finished.latest();
  checkRule(given, run && (await tables(run)));
  const { name, rule, holdout = 0, replace } = parseBody(request, audienceBody);
  if (BANDS.some((band) => band === name)) throw fault('name', 'is the name of a band; choose another');
  const before = await getAudience(deps.settings, name);
  if (before && !replace)
    throw new Problem(409, 'audience-exists', `there is an audience ${name}; send replace: true to replace it`);
  if (!before && (await listAudiences(deps.settings)).length >= MOST_AUDIENCES)
    throw new Problem(400, 'too-many', `a shop has at most ${MOST_AUDIENCES} audiences; delete one`);
  const audience: Audience = { name, rule, holdout, createdAt: new Date(deps.clock()).toISOString() };
  await putAudience(deps.settings, audience);
  const latest = run && run.state.users <= AT_ONCE ? await putTogether(deps, audience, run) : null;
  const reply: AudienceSummary = { name, kind: 'rule', rule, holdout, createdAt: audience.createdAt, latest };
  return { status: 201, body: reply };
}

/** The list of an audience from the files of the latest run, as the nightly run makes it. */
async function putTogether(deps: AudienceDependencies, audience: Audience, run: FinishedRun) {
  const { objects, settings, clock } = deps;
  const { day, state } = run;
  const { name, rule, holdout } = audience;
  const has = (row: ScoreRow) => matches(rule, subjectOf(row));
  const lists = createListMaker([{ name, holdout, has }], state.users);
  const ledger = holdout > 0 ? await getLedger(objects, audience) : undefined;
  let from = 0;
  for (const file of await objects.list(`scores/day=${day}/`)) {
    const rows = await readRows(objects, file);
    if (from + rows.length > state.users)
      throw new Problem(503, 'busy', 'the run of this day is being written anew', {}, { 'retry-after': '30' });
    lists.add(rows, from);
    from += rows.length;
    if (!ledger) continue;
    for (const row of rows) {
      if (!has(row)) continue;
      const heldOut = isHeldOut(row.user, audience);
      note(ledger, day, { user: row.user, boughtDaysAgo: row.bought_days, member: true, heldOut });
    }
  }
  const list = String(clock());
  const { count, heldOut } = (await lists.write(objects, day, list)).get(name)!;
  if (ledger) await putLedger(objects, name, { ...ledger, until: day });
  const before = (await getList(settings, name, day))?.list;
  await putList(settings, name, day, { count, heldOut, list, before });
  return { day, count, heldOut };
}

function ruleOf(request: ApiRequest): unknown {
  const body = readJson(request);
  return typeof body === 'object' && body !== null ? (body as { rule?: unknown }).rule : undefined;
}

/** @throws Problem 400 for a rule that is none, that nobody can match, or that names a category nobody is told for */
function checkRule(given: unknown, table: SubjectTable | undefined): void {
  const faults = faultsOf(given, '#/rule');
  if (faults.length > 0) throw badRule(faults);
  if (!table) return;
  const unknown = categoriesOf(given as Rule).filter(
    ({ name }) => !table.categories.some((category) => isWithin(category, name)),
  );
  if (unknown.length === 0) return;
  const known = table.categories.slice(0, NAMED).join(', ');
  const detail = known
    ? `is no category that is likely for anybody; there are ${known} …`
    : 'is not known: there are no categories';
  throw badRule(unknown.map(({ pointer }) => ({ pointer: `#/rule${pointer}`, detail })));
}

function badRule(errors: Fault[]): Problem {
  const [{ pointer, detail }] = errors as [Fault];
  return new Problem(400, 'bad-rule', `${pointer.replace(/^#\//, '').replaceAll('/', '.')} ${detail}`, { errors });
}

function fault(name: string, detail: string): Problem {
  return new Problem(400, `bad-${name}`, `${name} ${detail}`, { errors: [{ pointer: `#/${name}`, detail }] });
}
