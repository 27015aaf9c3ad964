/**
 * Writes windows of a file's actions to the store, each action once: ids that are there already are left out, so
 * counts are exact, and a chunk's name follows from its actions, so that an import that was killed and runs again
 * ends in the state of one that was not.
 */
import type { Action } from '../../core/actions/action.ts';
import { missingChunks } from '../../core/import/chunks.ts';
import { createHashCounts } from '../../core/import/hash-counts.ts';
import type { RowAction } from '../../core/import/row.ts';
import { groupRows, type UserRows } from '../../core/import/window.ts';
import { chunksOf, expiryOf } from '../../core/ingest/chunks.ts';
import type { Day } from '../../core/time.ts';
import { concurrently } from '../../functions/concurrently.ts';
import type { Dependencies } from '../../functions/wiring.ts';

export type StoreDependencies = Pick<
  Dependencies,
  'actions' | 'users' | 'settings' | 'suppressions' | 'pseudonyms' | 'zone' | 'environment' | 'clock'
>;

export interface StoreWriter {
  /** `refused`: rows of suppressed users. */
  write(rows: readonly RowAction[]): Promise<{ accepted: number; duplicates: number; refused: RowAction[] }>;
  /** To be called when all is written. */
  finish(): Promise<void>;
}

const CONCURRENCY = 32;
const LOOKED_UP = 100;
/** Where imported actions come from, as `source` of what is stored. */
const SOURCE = 'import';
/** Settings of this kind name imports that are under way or were killed. */
const UNFINISHED = 'unfinished-import';

/**
 * @param file names the file, so that a repeated import of it is known as such
 * @param ownIds ids are the shop's own: one may come back on another day
 */
export async function createStoreWriter(
  deps: StoreDependencies,
  { file, ownIds }: { file: string; ownIds: boolean },
): Promise<StoreWriter> {
  // A killed import leaves actions of users who have no record yet, so then a user without one is looked at as well.
  const careful = (await deps.settings.list(UNFINISHED)).length > 0;
  const name = deps.pseudonyms.pseudonym(file);
  await deps.settings.put(UNFINISHED, name, { startedAt: new Date(deps.clock()).toISOString() });
  /** Users whose first actions came with this import: what is stored of them has other ids. */
  const fresh = createHashCounts();

  const known = async (users: Iterable<string>): Promise<Set<string>> => {
    const asked = [...users].filter((user) => !fresh.has(...halves(user)));
    if (careful) return new Set(asked);
    const found = new Set<string>();
    await concurrently([...pagesOf(asked, LOOKED_UP)], 4, async (page) => {
      for (const { user } of await deps.users.getMany(page)) found.add(user);
    });
    for (const user of asked) if (!found.has(user)) fresh.add(...halves(user));
    return found;
  };

  const writeDay = async (user: string, day: Day, rows: UserRows, stored: Set<string>): Promise<number> => {
    const expires = expiryOf(day, deps.environment.RETENTION_DAYS);
    const cut = (actions: readonly Action[]) => chunksOf(user, day, actions);
    let accepted = 0;
    for (const chunk of missingChunks(cut(rows.days.get(day)!), stored, cut)) {
      const { repeated } = await deps.actions.put({ ...chunk, source: SOURCE, ...(expires && { expires }) });
      if (!repeated) accepted += chunk.actions.length;
    }
    return accepted;
  };

  /** @returns how many actions were new */
  const writeUser = async (user: string, rows: UserRows, isKnown: boolean): Promise<number> => {
    const range = ownIds ? undefined : { from: rows.first, to: rows.last };
    const stored = new Set(isKnown ? (await deps.actions.read(user, range)).map(({ id }) => id) : []);
    const newDays: Day[] = [];
    let accepted = 0;
    for (const day of rows.days.keys()) {
      const added = await writeDay(user, day, rows, stored);
      if (added > 0) newDays.push(day);
      accepted += added;
    }
    // An import that was killed may have stored actions without a touch. Otherwise only days with new actions count:
    // a touch with an old day makes the next nightly run score the user again.
    const days = careful ? [...rows.days.keys()] : newDays;
    if (days.length > 0) await touch(user, rows, days.sort());
    return accepted;
  };

  const touch = (user: string, rows: UserRows, days: Day[]): Promise<void> => {
    const first = days[0]!;
    const encryptedId = () => deps.pseudonyms.encrypt(rows.user);
    return deps.users.touch({ user, encryptedId, first, last: days.at(-1)!, today: deps.zone.dayOf(deps.clock()) });
  };

  return {
    async write(given) {
      const suppressed = new Set<string>();
      await concurrently([...new Set(given.map(({ user }) => user))], CONCURRENCY, async (user) => {
        if (await deps.suppressions.has(deps.pseudonyms.pseudonym(user))) suppressed.add(user);
      });
      const rows = given.filter(({ user }) => !suppressed.has(user));
      const refused = given.filter(({ user }) => suppressed.has(user));
      const users = new Map(groupRows(rows, deps.zone).map((group) => [deps.pseudonyms.pseudonym(group.user), group]));
      const isKnown = await known(users.keys());
      let accepted = 0;
      await concurrently([...users], CONCURRENCY, async ([user, group]) => {
        const added = await writeUser(user, group, isKnown.has(user));
        accepted += added;
      });
      return { accepted, duplicates: rows.length - accepted, refused };
    },
    finish: () => deps.settings.remove(UNFINISHED, name),
  };
}

function* pagesOf<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}

/** A pseudonym is hexadecimal; its first 64 bits tell users apart. */
function halves(user: string): [number, number] {
  return [Number.parseInt(user.slice(0, 8), 16), Number.parseInt(user.slice(8, 16), 16)];
}
