import type { ObjectStore, Pseudonyms, RunStore, SettingStore, UserStore } from '../../core/ports.ts';
import { type AudienceRow, rowReply } from '../../core/score-rows.ts';
import { BANDS, type Band } from '../../core/scores.ts';
import { type Day, isDay } from '../../core/time.ts';
import { type ApiDependencies, type ApiRequest, api, type HttpHandler, Problem } from '../http/api.ts';
import { createFinishedRuns, type FinishedRun } from '../runs/finished-runs.ts';
import { audienceFile, PAGE, readRows } from '../runs/score-files.ts';

export interface AudienceDependencies extends ApiDependencies {
  users: UserStore;
  runs: RunStore;
  settings: SettingStore;
  objects: ObjectStore;
  pseudonyms: Pseudonyms;
}

export interface AudienceReply {
  name: Band;
  day: Day;
  count: number;
  /** Most probable to buy within 7 days first. `userId` only for keys of scope `read:ids` or `admin`. */
  users: (ReturnType<typeof rowReply> & { userId?: string })[];
  /** What to send as `cursor` for the next page; null on the last one. */
  next: string | null;
}

const LIMIT = 1_000;
const DEFAULT_LIMIT = 100;
/** A function's reply ends at 6 MB; rows of a CSV have some 200 bytes. */
const CSV_ROWS = 20_000;
const CSV_COLUMNS = 'user,p_1d,p_3d,p_7d,p_14d,p_30d,expected,low,high,within_90d,window_from,window_to,window_p'.split(
  ',',
);

/** `GET /v1/audiences/{band}`: the users of a band by P(purchase within 7 days), by pages, or as one CSV. */
export function createHandler(deps: AudienceDependencies): HttpHandler {
  const finished = createFinishedRuns(deps);
  return api(deps, {}, async (request) => {
    const name = BANDS.find((band) => band === request.path.name);
    if (!name) throw new Problem(404, 'unknown-audience', `the audiences are ${BANDS.join(', ')}`);
    const { offset, limit, day } = readQuery(request);
    const run = await (day ? finished.of(day) : finished.latest());
    if (!run)
      throw new Problem(
        404,
        'not-scored',
        day ? `there is no finished run of ${day}` : 'no nightly run has finished yet',
      );
    const showIds = request.key?.scope === 'read:ids' || request.key?.scope === 'admin';
    if (/\btext\/csv\b/i.test(request.headers.accept ?? '')) return csvReply(deps, run, name, showIds);
    const count = run.state.bands[name];
    const rows = await readRange(deps.objects, run.day, name, offset, limit);
    const ids = showIds ? await shopIds(deps, rows) : undefined;
    const end = offset + rows.length;
    const reply: AudienceReply = {
      name,
      day: run.day,
      count,
      users: rows.map((row) => ({ ...rowReply(row), ...(ids && { userId: ids.get(row.user) }) })),
      next: end < count && rows.length > 0 ? toCursor(run.day, end) : null,
    };
    return { status: 200, body: reply };
  });
}

function readQuery({ query }: ApiRequest): { offset: number; limit: number; day: Day | undefined } {
  const limit = query.limit === undefined ? DEFAULT_LIMIT : Number(query.limit);
  if (!/^\d+$/.test(query.limit ?? '1') || limit < 1 || limit > LIMIT)
    throw new Problem(400, 'bad-limit', `limit must be a whole number from 1 to ${LIMIT}`);
  if (query.day !== undefined && !isDay(query.day))
    throw new Problem(400, 'bad-day', 'day must be a day that exists: YYYY-MM-DD');
  if (query.cursor === undefined) return { offset: 0, limit, day: query.day };
  const [, day = '', offset] = /^(\d{4}-\d{2}-\d{2})\/(\d{1,9})$/.exec(fromCursor(query.cursor)) ?? [];
  if (!offset || !isDay(day) || (query.day !== undefined && query.day !== day))
    throw new Problem(400, 'bad-cursor', 'cursor must be the `next` of a page of the same day');
  // The day is in the cursor: pages belong together also when a run finishes between them.
  return { offset: Number(offset), limit, day };
}

const toCursor = (day: Day, offset: number) => Buffer.from(`${day}/${offset}`).toString('base64url');
const fromCursor = (cursor: string) => Buffer.from(cursor, 'base64url').toString('utf8');

async function readRange(objects: ObjectStore, day: Day, band: Band, offset: number, limit: number) {
  const rows: AudienceRow[] = [];
  for (let page = Math.floor(offset / PAGE); rows.length < limit; page++) {
    const all = await readRows<AudienceRow>(objects, audienceFile(day, band, page));
    const from = Math.max(0, offset - page * PAGE);
    rows.push(...all.slice(from, from + limit - rows.length));
    if (all.length < PAGE) break;
  }
  return rows;
}

/** The shop's own ids by pseudonym. */
async function shopIds(deps: AudienceDependencies, rows: readonly AudienceRow[]): Promise<Map<string, string>> {
  const records = await deps.users.getMany(rows.map(({ user }) => user));
  return new Map(records.map(({ user, encryptedId }) => [user, deps.pseudonyms.decrypt(encryptedId)]));
}

async function csvReply(deps: AudienceDependencies, { day, state }: FinishedRun, band: Band, showIds: boolean) {
  const count = state.bands[band];
  if (count > CSV_ROWS)
    throw new Problem(
      400,
      'too-large',
      `${count} users do not fit into one CSV reply (${CSV_ROWS}); read them by pages`,
    );
  const columns = showIds ? ['user_id', ...CSV_COLUMNS] : CSV_COLUMNS;
  const lines = [columns.join(',')];
  for (let offset = 0; offset < count; offset += PAGE) {
    const rows = await readRange(deps.objects, day, band, offset, PAGE);
    if (rows.length === 0) break;
    const ids = showIds ? await shopIds(deps, rows) : undefined;
    for (const row of rows) {
      const cells = CSV_COLUMNS.map((column) => String(row[column as keyof AudienceRow]));
      lines.push((ids ? [quote(ids.get(row.user) ?? ''), ...cells] : cells).join(','));
    }
  }
  return {
    status: 200,
    headers: {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="${band}-${day}.csv"`,
    },
    body: `${lines.join('\n')}\n`,
  };
}

/** RFC 4180. A cell that a spreadsheet would run as a formula stays as it is: the id must come back unchanged. */
function quote(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
