/** Actions as they are stored. */
import type { Action } from '../actions/action.ts';
import type { Day } from '../time.ts';

/** Actions of one user, day and request: one item of the store. */
export interface ActionChunk {
  user: string;
  day: Day;
  /** Derived from the raw timestamps and message ids, so that a retry overwrites itself. */
  chunk: string;
  actions: Action[];
  source?: string;
  /** Id of the request that brought them, as in the log; absent: they came with none. */
  request?: string;
  /** Epoch seconds after which the item is gone; absent: kept for ever. */
  expires?: number;
}

export interface StoredActionDetail extends Action {
  source?: string;
  request?: string;
}

export interface ActionStore {
  /**
   * Writes one chunk. Resolves once it is stored.
   * @returns `repeated` when the same chunk was stored before.
   * @throws StoreBusy
   */
  put(chunk: ActionChunk): Promise<{ repeated: boolean }>;
  /**
   * Every unexpired action of a user and of the ids merged into it, in sequence order, each message id once.
   * A merged id answers with the whole sequence of its user.
   * @param range days, both included; absent: all
   * @param linked ids merged into the user, by a caller who has the user's record; absent: looked up
   */
  read(user: string, range?: { from?: Day; to?: Day }, linked?: readonly string[]): Promise<StoredActionDetail[]>;
}
