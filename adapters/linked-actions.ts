/** Reads the actions of all ids of a person as one sequence. */
import { compareActions } from '../core/actions/action.ts';
import type { ActionStore, StoredActionDetail } from '../core/ports/actions.ts';
import type { MergedUsers } from '../core/ports/users.ts';

/** @param actions a store that reads one id at a time */
export function createLinkedActions(actions: ActionStore, users: Pick<MergedUsers, 'identityOf'>): ActionStore {
  return {
    put: (chunk) => actions.put(chunk),

    async read(user, range, linked) {
      const own = actions.read(user, range);
      // Waited for below; a failure of the look-up must not leave this one unheard.
      own.catch(() => {});
      const identity = linked ? { user, linked } : await users.identityOf(user);
      const others = [identity.user, ...identity.linked].filter((id) => id !== user);
      if (others.length === 0) return own;
      const parts = await Promise.all([own, ...others.map((id) => actions.read(id, range))]);
      return onePerId(parts.flat().sort(compareActions));
    },
  };
}

/** A message id is one action, whichever of the ids it came with: the first in sequence order stands. */
function onePerId(sorted: StoredActionDetail[]): StoredActionDetail[] {
  const seen = new Set<string>();
  return sorted.filter(({ id }) => !seen.has(id) && seen.add(id));
}
