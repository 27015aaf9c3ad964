/**
 * Writes windows of a file's actions to the store, each action once: ids that are there already are left out, so
 * counts are exact, and a chunk's id follows from its actions, so that an import that was killed and runs again ends
 * in the state of one that was not.
 */
import type { Action } from '../../core/actions/action.ts';
import { createHashCounts } from '../../core/import/hash-counts.ts';
import type { RowAction } from '../../core/import/row.ts';
import { groupRows, type UserRows } from '../../core/import/window.ts';
import { chunksOf } from '../../core/ingest/chunks.ts';
import type { ActionChunk } from '../../core/ports.ts';
import type { Dependencies } from '../../functions/wiring.ts';
import { concurrently } from './concurrently.ts';

export type StoreDependencies = Pick<
  Dependencies,
  'actions' | 'users' | 'settings' | 'pseudonyms' | 'zone' | 'environment' | 'clock'
>;

export interface Written {
  accepted: number;
  duplicates: number;
}

export interface StoreWriter {
  write(rows: readonly RowAction[]): Promise<Written>;
  /** To be called when all is written. */
  finish(): Promise<void>;
}

const CONCURRENCY = 32;
const LOOKED_UP = 100;
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

  const known = async (users: Map<string, UserRows>): Promise<Set<string>> => {
    const asked = [...users.keys()].filter((user) => !fresh.has(...halves(user)));
    if (careful) return new Set(asked);
    const found = new Set<string>();
    const pages = Array.from({ length: Math.ceil(asked.length / LOOKED_UP) }, (_, page) =>
      asked.slice(page * LOOKED_UP, (page + 1) * LOOKED_UP),
    );
    await concurrently(pages, 4, async (page) => {
      for (const { user } of await deps.users.getMany(page)) found.add(user);
    });
    for (const user of asked) if (!found.has(user)) fresh.add(...halves(user));
    return found;
  };

  const writeUser = async (user: string, rows: UserRows, isKnown: boolean): Promise<Written & { earliest: number }> => {
    const range = ownIds ? undefined : { from: rows.first, to: rows.last };
    const stored = new Set(isKnown ? (await deps.actions.read(user, range)).map(({ id }) => id) : []);
    const written = { accepted: 0, duplicates: 0, earliest: Number.POSITIVE_INFINITY };
    for (const [day, actions] of rows.days) {
      for (const chunk of missingChunks(user, day, actions, stored)) {
        const { repeated } = await deps.actions.put(chunk);
        if (repeated) continue;
        written.accepted += chunk.actions.length;
        written.earliest = Math.min(written.earliest, earliestOf(chunk.actions));
      }
      written.duplicates += actions.length;
    }
    written.duplicates -= written.accepted;
    return written;
  };

  /** Chunks that hold what is not stored; those of which nothing is are as they would be in an empty store. */
  const missingChunks = (user: string, day: string, actions: Action[], stored: Set<string>): ActionChunk[] => {
    const isMissing = ({ id }: Action): boolean => !stored.has(id);
    const chunks = chunksOf(user, day, actions);
    if (stored.size === 0) return chunks;
    const whole = chunks.filter((chunk) => chunk.actions.every(isMissing));
    const torn = chunks.filter((chunk) => chunk.actions.some(isMissing) && !chunk.actions.every(isMissing));
    const rest = torn.flatMap((chunk) => chunk.actions.filter(isMissing));
    return rest.length === 0 ? whole : [...whole, ...chunksOf(user, day, rest)];
  };

  return {
    async write(rows) {
      const users = new Map(groupRows(rows, deps.zone).map((group) => [deps.pseudonyms.pseudonym(group.user), group]));
      const isKnown = await known(users);
      const total: Written = { accepted: 0, duplicates: 0 };
      await concurrently(users, CONCURRENCY, async ([user, group]) => {
        const written = await writeUser(user, group, isKnown.has(user));
        total.accepted += written.accepted;
        total.duplicates += written.duplicates;
        // An import that was killed may have stored actions without this. Otherwise only what is new counts: a touch
        // with an old action makes the next nightly run score the user again.
        if (written.accepted === 0 && !careful) return;
        await deps.users.touch({
          user,
          encryptedId: () => deps.pseudonyms.encrypt(group.user),
          first: group.first,
          last: group.last,
          earliest: careful ? earliestOf(group.days.get(group.first)!) : written.earliest,
        });
      });
      return total;
    },
    finish: () => deps.settings.remove(UNFINISHED, name),
  };
}

function earliestOf(actions: readonly Action[]): number {
  return actions.reduce((earliest, { at }) => Math.min(earliest, at), Number.POSITIVE_INFINITY);
}

/** A pseudonym is hexadecimal; its first 64 bits tell users apart. */
function halves(user: string): [number, number] {
  return [Number.parseInt(user.slice(0, 8), 16), Number.parseInt(user.slice(8, 16), 16)];
}
