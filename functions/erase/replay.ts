/** After tables were restored from a backup: everything of users who were erased since then is there again. */
import { randomUUID } from 'node:crypto';
import type { ErasureStore, TablePlace } from '../../core/erasure/ports.ts';
import type { Regulation } from '../../core/erasure/regulation.ts';
import type { Clock } from '../../core/ports/surroundings.ts';

export interface ReplayDependencies {
  clock: Clock;
  erasures: Pick<ErasureStore, 'begin' | 'erasedSince'>;
  tablePlaces: Pick<TablePlace, 'users'>[];
  digest: (user: string) => string;
}

/**
 * Requests again what was erased since an instant, of users of whom something is there now. The tables must not have
 * taken anything new since they were restored: of a user who came back that would be erased, too.
 * @param restoredTo the instant that the tables were restored to, epoch milliseconds
 * @returns how many ids are erased again
 */
export async function replayErasures(deps: ReplayDependencies, restoredTo: number): Promise<number> {
  const erased = await deps.erasures.erasedSince(restoredTo);
  if (erased.size === 0) return 0;
  const users = new Set<string>();
  for (const place of deps.tablePlaces)
    for await (const user of place.users()) if (!users.has(user) && erased.has(deps.digest(user))) users.add(user);
  if (users.size === 0) return 0;
  const regulation: Regulation = {
    id: randomUUID(),
    type: 'DELETE_ONLY',
    status: 'INITIALIZED',
    createdAt: deps.clock(),
    subjects: users.size,
    passes: [],
  };
  await deps.erasures.begin(regulation, [...users]);
  return users.size;
}

/** @throws Error for what is no instant */
export function restoredInstant(text: string): number {
  const at = Date.parse(text);
  if (Number.isNaN(at) || !/T.*(?:Z|[+-]\d\d:?\d\d)$/.test(text))
    throw new Error('restoredTo must be an instant with its zone, as 2026-06-01T10:00:00Z');
  return at;
}
