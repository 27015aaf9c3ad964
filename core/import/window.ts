/** Rows of a window of the file, together by user and day: what is written as one item. */
import type { Action } from '../actions/action.ts';
import type { Day, Zone } from '../time.ts';
import type { RowAction } from './row.ts';

/** So many rows are held at once. Fixed: where windows end decides which rows share an item. */
export const WINDOW_ROWS = 50_000;

export interface UserRows {
  /** The shop's own id of the user. */
  user: string;
  days: Map<Day, Action[]>;
  first: Day;
  last: Day;
}

/** Groups rows by user and day, both in the order of their first row. */
export function groupRows(rows: readonly RowAction[], zone: Zone): UserRows[] {
  const users = new Map<string, UserRows>();
  for (const { user, action } of rows) {
    const day = zone.dayOf(action.at);
    let group = users.get(user);
    if (group === undefined) {
      group = { user, days: new Map(), first: day, last: day };
      users.set(user, group);
    }
    if (day < group.first) group.first = day;
    if (day > group.last) group.last = day;
    const actions = group.days.get(day);
    if (actions === undefined) group.days.set(day, [action]);
    else actions.push(action);
  }
  return [...users.values()];
}
