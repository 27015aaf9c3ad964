/** A whole log of actions by user, in columns: some 16 bytes an action, so that a log of millions fits in memory. */
import { type Action, compareActions } from './actions/action.ts';

export interface ActionLog {
  /** Ids of the users, ascending by code unit, so that the order of rows in a file changes nothing. */
  readonly users: readonly string[];
  /** Number of actions. */
  readonly size: number;
  /** Epoch milliseconds of the first and the last action; NaN for an empty log. */
  readonly first: number;
  readonly last: number;
  /**
   * Actions of `users[index]` in sequence order. Their ids are empty: nothing that reads a log needs them.
   * @param before epoch milliseconds; only earlier actions
   */
  actionsOf(index: number, before?: number): Action[];
}

export interface ActionLogBuilder {
  add(user: string, action: Pick<Action, 'word' | 'at'>): void;
  finish(): ActionLog;
}

export function createActionLogBuilder(): ActionLogBuilder {
  const userIds = createNumbering();
  const wordIds = createNumbering();
  let size = 0;
  let users = new Int32Array(1024);
  let words = new Int32Array(1024);
  let at = new Float64Array(1024);
  return {
    add(user, action) {
      if (size === users.length) {
        users = grown(users, new Int32Array(size * 2));
        words = grown(words, new Int32Array(size * 2));
        at = grown(at, new Float64Array(size * 2));
      }
      users[size] = userIds.of(user);
      words[size] = wordIds.of(action.word);
      at[size++] = action.at;
    },
    finish: () => {
      const names = userIds.names();
      const order = [...names.keys()].sort((a, b) => (names[a]! < names[b]! ? -1 : 1));
      const rows = byGroup(users.subarray(0, size), names.length);
      const texts = wordIds.names();
      let first = Number.NaN;
      let last = Number.NaN;
      for (let row = 0; row < size; row++) {
        if (!(at[row]! >= first)) first = at[row]!;
        if (!(at[row]! <= last)) last = at[row]!;
      }
      return {
        users: order.map((user) => names[user]!),
        size,
        first,
        last,
        actionsOf(index, before = Number.POSITIVE_INFINITY) {
          const user = order[index]!;
          const actions: Action[] = [];
          for (const row of rows.of(user))
            if (at[row]! < before) actions.push({ word: texts[words[row]!]!, at: at[row]!, id: '' });
          return actions.sort(compareActions);
        },
      };
    },
  };
}

function createNumbering(): { of(name: string): number; names(): string[] } {
  const numbers = new Map<string, number>();
  return {
    of: (name) => {
      let number = numbers.get(name);
      if (number === undefined) {
        number = numbers.size;
        numbers.set(name, number);
      }
      return number;
    },
    names: () => [...numbers.keys()],
  };
}

function grown<T extends Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** Rows of each group, by a counting sort. */
function byGroup(groups: Int32Array, count: number): { of(group: number): Int32Array } {
  const start = new Int32Array(count + 1);
  for (const group of groups) start[group + 1]!++;
  for (let group = 0; group < count; group++) start[group + 1]! += start[group]!;
  const next = start.slice();
  const rows = new Int32Array(groups.length);
  for (let row = 0; row < groups.length; row++) rows[next[groups[row]!]!++] = row;
  return { of: (group) => rows.subarray(start[group], start[group + 1]) };
}
