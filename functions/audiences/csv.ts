/** An audience as a CSV file, behind a link that holds for some minutes: a function's own reply ends at 6 MB. */
import { randomUUID } from 'node:crypto';
import type { Downloads, ObjectStore } from '../../core/ports/objects.ts';
import type { Pseudonyms, UserStore } from '../../core/ports/users.ts';
import type { Day } from '../../core/time.ts';
import { concurrently } from '../concurrently.ts';
import { type ApiReply, Problem } from '../http/api.ts';
import { cell } from '../http/csv.ts';
import { type AudienceRow, PAGE, readList } from '../runs/audience-files.ts';
import type { KeptList } from './kept.ts';

export interface CsvDependencies {
  objects: ObjectStore;
  users: Pick<UserStore, 'idsOf'>;
  pseudonyms: Pseudonyms;
  downloads: Downloads;
}

/** As many as a function can write within its 29 seconds. */
const MOST_ROWS = 500_000;
const PAGES_AT_ONCE = 4;
const COLUMNS = [
  'user',
  'band',
  'stage',
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
  'silence_days',
  'bought_days',
] as const satisfies (keyof AudienceRow)[];

/** 303 to the file. Users held out are not in it. @param showIds whether the caller's key may see the shop's own ids */
export async function csvReply(
  deps: CsvDependencies,
  { name, day }: { name: string; day: Day },
  list: KeptList,
  showIds: boolean,
): Promise<ApiReply> {
  if (list.count > MOST_ROWS)
    throw new Problem(400, 'too-large', `${list.count} users are too many for one file; read them by pages`);
  const pages = Array.from({ length: Math.ceil(list.count / PAGE) }, (_, page) => page);
  const parts = await concurrently(pages, PAGES_AT_ONCE, async (page) => {
    const rows = await readList(deps.objects, { day, list: list.list, name }, page * PAGE, PAGE);
    const ids = showIds ? await shopIds(deps, rows) : undefined;
    return rows.map((row) =>
      line([...(ids ? [ids.get(row.user) ?? ''] : []), ...COLUMNS.map((column) => row[column])]),
    );
  });
  const head = line([...(showIds ? ['user_id'] : []), ...COLUMNS]);
  const file = `downloads/${randomUUID()}.csv`;
  await deps.objects.put(file, Buffer.from(head + parts.flat().join('')));
  const location = await deps.downloads.link(file, `${name}-${day}.csv`);
  return { status: 303, headers: { location } };
}

/** The shop's own ids by pseudonym. */
export async function shopIds(
  deps: Pick<CsvDependencies, 'users' | 'pseudonyms'>,
  rows: readonly { user: string }[],
): Promise<Map<string, string>> {
  const ids = await deps.users.idsOf(rows.map(({ user }) => user));
  return new Map([...ids].map(([user, encrypted]) => [user, deps.pseudonyms.decrypt(encrypted)]));
}

function line(values: readonly unknown[]): string {
  return `${values.map((value) => cell(value)).join(',')}\n`;
}
