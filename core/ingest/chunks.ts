/** Actions of one user and day as items of the store, named by what they hold. */
import type { Action } from '../actions/action.ts';
import { contentHash } from '../hash.ts';
import type { ActionChunk } from '../ports/actions.ts';
import { type Day, dayNumber } from '../time.ts';

/** The store takes 400 KB an item. */
const CHUNK_BYTES = 300_000;
/** Numbers, names and structure of a stored action, an upper bound. */
const ACTION_BYTES = 80;

/**
 * Chunks of one user's actions of one day: nearly always one. The same actions, in any order, give the same chunks,
 * so that a repeated request overwrites what it stored before.
 * @param nameOf what tells an action apart as it was sent: its message id and its time before any correction
 */
export function chunksOf<T extends Action>(
  user: string,
  day: Day,
  actions: readonly T[],
  nameOf: (action: T) => string = ({ at, id }) => `${at} ${id}`,
): ActionChunk[] {
  const named = actions.map((action) => ({ action, name: nameOf(action) }));
  named.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const groups: (typeof named)[] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const entry of named) {
    // A code unit has at most three bytes in UTF-8.
    const size = ACTION_BYTES + 3 * (entry.action.word.length + entry.action.id.length);
    if (bytes + size > CHUNK_BYTES) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)!.push(entry);
    bytes += size;
  }
  return groups.map((group) => ({
    user,
    day,
    // Half of a hash tells a user's requests of a day apart; each byte is kept as often as there are requests.
    chunk: contentHash(group.map(({ name }) => name).join('\n')).slice(0, 16),
    actions: group.map(({ action }) => plain(action)),
  }));
}

/**
 * When the actions of a day are no longer kept: the first midnight (UTC) by which all of them are older.
 * @param retentionDays undefined: they are kept for ever
 * @returns epoch seconds
 */
export function expiryOf(day: Day, retentionDays: number | undefined): number | undefined {
  // A day of the shop's zone ends up to 12 hours after that of UTC.
  return retentionDays === undefined ? undefined : (dayNumber(day) + 2 + retentionDays) * 86_400;
}

function plain({ word, at, id, value, quantity }: Action): Action {
  return {
    word,
    at,
    id,
    ...(value !== undefined && { value }),
    ...(quantity !== undefined && { quantity }),
  };
}
