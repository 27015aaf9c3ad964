import type { Day, Zone } from '../time.ts';
import type { SentAction } from './event.ts';

/** What one request tells of one user. */
export interface UserGroup {
  userId: string;
  days: Map<Day, SentAction[]>;
  first: Day;
  last: Day;
}

/** Actions by user and by day of the shop's zone. */
export function groupByUser(
  events: readonly { userId: string; actions: readonly SentAction[] }[],
  zone: Zone,
): UserGroup[] {
  const groups = new Map<string, UserGroup>();
  for (const { userId, actions } of events) {
    for (const action of actions) {
      const day = zone.dayOf(action.at);
      let group = groups.get(userId);
      if (!group) {
        group = { userId, days: new Map(), first: day, last: day };
        groups.set(userId, group);
      }
      const ofDay = group.days.get(day);
      if (ofDay) ofDay.push(action);
      else group.days.set(day, [action]);
      if (day < group.first) group.first = day;
      if (day > group.last) group.last = day;
    }
  }
  return [...groups.values()];
}
