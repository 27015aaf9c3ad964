/**
 * The lists of audiences in the object store: pages of a thousand users, most probable buyers first, and the users held
 * out, in files of the same form. Every line begins with the user's pseudonym, as those of score files do.
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import { openTable, type SubjectTable } from '../../core/audiences/table.ts';
import type { ObjectStore } from '../../core/ports/objects.ts';
import type { ScoreRow } from '../../core/score-rows.ts';
import type { Day } from '../../core/time.ts';

/** Users of a page. */
export const PAGE = 1_000;
/** A little slower than none, a third of the size; more would take most of the time of a run's last step. */
const LEVEL = 1;

const COLUMNS = [
  'user',
  'band',
  'stage',
  'silence_days',
  'bought_days',
  'p_1d',
  'p_3d',
  'p_7d',
  'p_14d',
  'p_30d',
  'expected',
  'low',
  'high',
  'within_90d',
  'window_from',
  'window_to',
  'window_p',
  'best_weekday',
  'best_hour',
  'consent_marketing',
] as const satisfies (keyof ScoreRow)[];

/** What a list tells of a user. */
export type AudienceRow = Pick<ScoreRow, (typeof COLUMNS)[number]>;

/** A row of a list, as its line. */
export function audienceLine(row: ScoreRow): string {
  return `${JSON.stringify(row, COLUMNS as unknown as string[])}\n`;
}

export function dayFolder(day: Day): string {
  return `audiences/day=${day}/`;
}

export function listFolder(day: Day, list: string): string {
  return `${dayFolder(day)}list=${list}/`;
}

export function pageFile(day: Day, list: string, name: string, page: number): string {
  return `${listFolder(day, list)}audience=${name}/page=${String(page).padStart(5, '0')}.ndjson.gz`;
}

export function heldOutFile(day: Day, list: string, name: string, page: number): string {
  return `${listFolder(day, list)}audience=${name}/held-out=${String(page).padStart(5, '0')}.ndjson.gz`;
}

/** Writes lines to the pages of a list. */
export async function putPages(
  objects: ObjectStore,
  fileOf: (page: number) => string,
  lines: Iterable<Uint8Array>,
): Promise<void> {
  let page = 0;
  let open: Uint8Array[] = [];
  const flush = async () => {
    await objects.put(fileOf(page++), gzipSync(Buffer.concat(open), { level: LEVEL }));
    open = [];
  };
  for (const line of lines) {
    open.push(line);
    if (open.length === PAGE) await flush();
  }
  if (open.length > 0) await flush();
}

/** The users of a list from a place on: the rows of its pages in order. */
export async function readList(
  objects: ObjectStore,
  at: { day: Day; list: string; name: string },
  offset: number,
  limit: number,
): Promise<AudienceRow[]> {
  const end = offset + limit;
  const rows: AudienceRow[] = [];
  for (let page = Math.floor(offset / PAGE); page * PAGE < end; page++) {
    const lines = await readLines(objects, pageFile(at.day, at.list, at.name, page));
    if (!lines) break;
    const part = lines.slice(Math.max(0, offset - page * PAGE), end - page * PAGE);
    // Whose user was erased since is an empty line, so that the places of the others stay what they were.
    rows.push(...part.filter((line) => line !== '').map((line): AudienceRow => JSON.parse(line)));
  }
  return rows;
}

async function readLines(objects: ObjectStore, name: string): Promise<string[] | undefined> {
  const bytes = await objects.get(name);
  return bytes && gunzipSync(bytes).toString('utf8').split('\n').slice(0, -1);
}

export function tableFile(day: Day): string {
  return `${dayFolder(day)}subjects.gz`;
}

export async function putTable(objects: ObjectStore, day: Day, bytes: Uint8Array): Promise<void> {
  await objects.put(tableFile(day), gzipSync(bytes, { level: LEVEL }));
}

/** What rules ask of the users of a day; undefined for a day without a finished run. */
export async function getTable(objects: ObjectStore, day: Day): Promise<SubjectTable | undefined> {
  const bytes = await objects.get(tableFile(day));
  return bytes && openTable(new Uint8Array(gunzipSync(bytes)));
}

/** Removes what no reader of a day needs any more: lists other than these. */
export async function removeOtherLists(objects: ObjectStore, day: Day, lists: ReadonlySet<string>): Promise<void> {
  for (const name of await objects.list(dayFolder(day))) {
    const list = /\/list=([^/]+)\//.exec(name)?.[1];
    // Of bands in the form of before, too.
    if (name !== tableFile(day) && !(list && lists.has(list))) await objects.remove(name);
  }
}

export async function removeAudienceFiles(objects: ObjectStore, name: string, days: readonly Day[]): Promise<void> {
  for (const day of days)
    for (const file of await objects.list(dayFolder(day)))
      if (file.includes(`/audience=${name}/`)) await objects.remove(file);
}
