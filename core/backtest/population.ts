/** Who is asked about at an origin and what happened next. Who is asked is fixed by what came before the origin alone. */
import { type Action, compareActions } from '../actions/action.ts';
import { type UserDays, userDaysOf } from '../shop-statistics.ts';
import { below } from '../sorted.ts';
import { type Day, dayFromNumber, dayNumber, type Zone } from '../time.ts';
import { fits, type Protocol } from './protocol.ts';

export interface History {
  /** The shop's own id. */
  user: string;
  /** In sequence order. */
  actions: Action[];
  days: UserDays;
}

export interface Log {
  histories: History[];
  actions: number;
  firstDay: Day;
  lastDay: Day;
}

/**
 * @param byUser actions of each user in any order
 * @throws RangeError for a log without actions
 */
export function logOf(byUser: ReadonlyMap<string, Action[]>, zone: Zone): Log {
  let actions = 0;
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  const histories = [...byUser].map(([user, own]) => {
    const ordered = own.sort(compareActions);
    const days = userDaysOf(ordered, zone);
    actions += ordered.length;
    first = Math.min(first, days.days[0] ?? first);
    last = Math.max(last, days.days.at(-1) ?? last);
    return { user, actions: ordered, days };
  });
  if (actions === 0) throw new RangeError('the log has no actions');
  return { histories, actions, firstDay: dayFromNumber(first), lastDay: dayFromNumber(last) };
}

/** The user-origins that are judged, one row each, by origin and then in the order of the histories. */
export interface Population {
  rows: number;
  /** Index of each row's history. */
  user: Int32Array;
  /** Index of each row's origin. */
  origin: Int32Array;
  /** Day number of the last action before the origin. */
  lastDay: Int32Array;
  /** `labels[h][row]`: 1 bought within horizons[h] days, 0 did not, −1 the window passes the last day. */
  labels: Int8Array[];
}

/** Everyone with an action in the last `activeDays` days before each of the days. */
export function populationOf(
  histories: readonly History[],
  days: readonly Day[],
  protocol: Pick<Protocol, 'activeDays' | 'horizons' | 'end'>,
): Population {
  const user: number[] = [];
  const origin: number[] = [];
  const lastDay: number[] = [];
  const labels: number[][] = protocol.horizons.map(() => []);
  for (const [index, day] of days.entries()) {
    const today = dayNumber(day);
    const known = protocol.horizons.map((horizon) => fits(protocol, day, horizon));
    for (const [who, { days: own }] of histories.entries()) {
      const seen = below(own.days, today);
      const last = own.days[seen - 1];
      if (last === undefined || last < today - protocol.activeDays) continue;
      user.push(who);
      origin.push(index);
      lastDay.push(last);
      const next = own.purchases[below(own.purchases, today)] ?? Number.POSITIVE_INFINITY;
      for (const [h, horizon] of protocol.horizons.entries())
        labels[h]!.push(!known[h] ? -1 : next < today + horizon ? 1 : 0);
    }
  }
  return {
    rows: user.length,
    user: Int32Array.from(user),
    origin: Int32Array.from(origin),
    lastDay: Int32Array.from(lastDay),
    labels: labels.map((list) => Int8Array.from(list)),
  };
}
