import type { Day, Zone } from '../time.ts';
import type { UserAction } from './parse.ts';

/** What one request tells of one user. */
export interface UserGroup {
  userId: string;
  days: Map<Day, UserAction[]>;
  first: Day;
  last: Day;
}

/** Actions by user and by day of the shop's zone. */
export function groupByUser(actions: readonly UserAction[], zone: Zone): UserGroup[] {
  const groups = new Map<string, UserGroup>();
  for (const action of actions) {
    const day = zone.dayOf(action.at);
    let group = groups.get(action.userId);
    if (!group) {
      group = { userId: action.userId, days: new Map(), first: day, last: day };
      groups.set(action.userId, group);
    }
    const ofDay = group.days.get(day);
    if (ofDay) ofDay.push(action);
    else group.days.set(day, [action]);
    if (day < group.first) group.first = day;
    if (day > group.last) group.last = day;
  }
  return [...groups.values()];
}
