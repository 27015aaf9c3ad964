/** `GET /v1/audiences/{name}`: the users of an audience by pages. */
import type { Pseudonyms } from '../../core/ports/users.ts';
import { rowReply } from '../../core/score-rows.ts';
import { BANDS } from '../../core/scores.ts';
import { type Day, isDay } from '../../core/time.ts';
import { showsIds } from '../http/access.ts';
import { type ApiReply, type ApiRequest, Problem } from '../http/api.ts';
import { toCursor } from '../http/paging.ts';
import { parseQuery } from '../http/validate.ts';
import { type AudienceRow, readList } from '../runs/audience-files.ts';
import type { FinishedRuns } from '../runs/finished-runs.ts';
import { type AudienceReply, audienceQuery } from './contract.ts';
import { csvReply, shopIds } from './csv.ts';
import type { AudienceDependencies } from './handler.ts';
import { getAudience, getList, type KeptList, listDays } from './kept.ts';

interface Place {
  day: Day;
  list: string;
  offset: number;
}

export async function pageOf(
  deps: AudienceDependencies,
  finished: FinishedRuns,
  request: ApiRequest,
): Promise<ApiReply> {
  const name = await knownName(deps, request.path.name);
  const { day: asked, limit, cursor } = parseQuery(request, audienceQuery);
  const place = cursor === undefined ? undefined : placeOf(deps.pseudonyms, cursor, name);
  if (place && asked !== undefined && asked !== place.day) throw badCursor('belongs to another day');
  const { day, list } = await listOf(deps, finished, name, place?.day ?? asked);
  // A list that was written anew meanwhile is read on in its former order.
  if (place && place.list !== list.list && place.list !== list.before)
    throw badCursor('belongs to a list that was replaced since; begin again without it');
  const showIds = showsIds(request);
  if (/\btext\/csv\b/i.test(request.headers.accept ?? '')) return csvReply(deps, { name, day }, list, showIds);

  const at = { day, list: place?.list ?? list.list, name };
  const offset = place?.offset ?? 0;
  const rows = await readList(deps.objects, at, offset, limit);
  const ids = showIds ? await shopIds(deps, rows) : undefined;
  const end = offset + limit;
  const isLast = at.list === list.list ? end >= list.count : rows.length < limit;
  const reply: AudienceReply = {
    name,
    day,
    count: list.count,
    heldOut: list.heldOut,
    users: rows.map((row) => memberOf(row, ids?.get(row.user))),
    next: isLast ? null : cursorAt(deps.pseudonyms, name, { day, list: at.list, offset: end }),
    ...(!place && { history: await historyOf(deps, name) }),
  };
  return { status: 200, body: reply };
}

/** @throws Problem 404 for a name that is no audience's */
export async function knownName(deps: AudienceDependencies, name = ''): Promise<string> {
  const known = BANDS.some((band) => band === name) || (await getAudience(deps.settings, name)) !== undefined;
  if (known) return name;
  throw new Problem(404, 'unknown-audience', 'there is no audience of this name; GET /v1/audiences lists them');
}

async function listOf(
  deps: AudienceDependencies,
  finished: FinishedRuns,
  name: string,
  asked: Day | undefined,
): Promise<{ day: Day; list: KeptList }> {
  const run = await (asked ? finished.of(asked) : finished.latest());
  const why = asked ? `there is no finished run of ${asked}` : 'no nightly run has finished yet';
  if (!run) throw new Problem(404, 'not-scored', why);
  const list = await getList(deps.settings, name, run.day);
  if (list) return { day: run.day, list };
  throw new Problem(404, 'not-scored', `the audience was not put together on ${run.day}`);
}

async function historyOf(deps: AudienceDependencies, name: string): Promise<AudienceReply['history']> {
  const days = await listDays(deps.settings, name);
  return days.map(({ day, count, heldOut }) => ({ day, count, heldOut }));
}

function memberOf(row: AudienceRow, userId: string | undefined): AudienceReply['users'][number] {
  return {
    ...rowReply(row),
    ...(userId !== undefined && { userId }),
    band: row.band,
    stage: row.stage,
    silenceDays: row.silence_days,
    boughtDaysAgo: row.bought_days,
  };
}

/** A cursor is signed: it leads to this place of this list or nowhere. */
function cursorAt(pseudonyms: Pseudonyms, name: string, { day, list, offset }: Place): string {
  return toCursor([day, list, offset, seal(pseudonyms, name, { day, list, offset })]);
}

function placeOf(pseudonyms: Pseudonyms, cursor: string, name: string): Place {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw badCursor('must be the `next` of a page of this audience');
  }
  const [day, list, offset, sealed] = Array.isArray(parts) ? (parts as unknown[]) : [];
  const place = { day, list, offset } as Place;
  const whole = typeof day === 'string' && isDay(day) && typeof list === 'string' && Number.isSafeInteger(offset);
  if (whole && sealed === seal(pseudonyms, name, place) && cursor === cursorAt(pseudonyms, name, place)) return place;
  throw badCursor('must be the `next` of a page of this audience');
}

function seal(pseudonyms: Pseudonyms, name: string, { day, list, offset }: Place): string {
  return pseudonyms.pseudonym(`cursor ${name} ${day} ${list} ${offset}`).slice(0, 16);
}

function badCursor(detail: string): Problem {
  return new Problem(400, 'bad-cursor', `cursor ${detail}`, { errors: [{ pointer: '#/query/cursor', detail }] });
}
