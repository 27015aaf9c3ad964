/**
 * Whether writing to an audience made a difference: users who came into it and could be written to, against those held
 * out, by who bought within some days of coming in.
 */
import { type Proportion, proportion } from '../proportion.ts';
import type { Day } from '../time.ts';
import { addDays, daysBetween } from '../time.ts';

/** A user's way through an audience with a holdout: kept from the day the user first came in. */
export interface Entry {
  /** The pseudonym. */
  user: string;
  /** Day of the run that first found the user in the audience. */
  day: Day;
  heldOut: boolean;
  /** Day of the first purchase on or after it, as the runs since then have seen. */
  bought: Day | null;
}

export interface Ledger {
  /** Tells an audience from an earlier one of the same name. */
  createdAt: string;
  /** Day of the latest run that is in it; null for none. */
  until: Day | null;
  entries: Map<string, Entry>;
}

/** Purchases later than this are nobody's doing. */
export const LONGEST = 30;

/** A user's last purchase as of a run's day, and whether the user is in the audience and held out. */
export interface Seen {
  user: string;
  boughtDaysAgo: number | null;
  member: boolean;
  heldOut: boolean;
}

/** Takes a run's view of one user into a ledger. Again with the same is the same. */
export function note(ledger: Ledger, day: Day, seen: Seen): void {
  let entry = ledger.entries.get(seen.user);
  if (!entry) {
    if (!seen.member) return;
    entry = { user: seen.user, day, heldOut: seen.heldOut, bought: null };
    ledger.entries.set(seen.user, entry);
  }
  if (entry.bought !== null || seen.boughtDaysAgo === null) return;
  const last = addDays(day, -seen.boughtDaysAgo);
  if (last >= entry.day && daysBetween(entry.day, last) < LONGEST) entry.bought = last;
}

export interface Group {
  users: number;
  buyers: number;
  rate: Proportion | null;
}

export interface Lift {
  from: Day | null;
  to: Day | null;
  treated: Group;
  heldOut: Group;
  difference: Proportion | null;
}

/** @param days 1 to 30: a purchase counts within so many from coming in; users whose days are not over are left out */
export function liftOf(ledger: Ledger, days: number): Lift {
  const groups = [
    { users: 0, buyers: 0 },
    { users: 0, buyers: 0 },
  ];
  let from: Day | null = null;
  let to: Day | null = null;
  for (const { day, heldOut, bought } of ledger.entries.values()) {
    if (ledger.until === null || addDays(day, days) > ledger.until) continue;
    const group = groups[heldOut ? 1 : 0]!;
    group.users++;
    if (bought !== null && daysBetween(day, bought) < days) group.buyers++;
    if (from === null || day < from) from = day;
    if (to === null || day > to) to = day;
  }
  const [treated, held] = groups.map((group): Group => ({ ...group, rate: proportion(group.buyers, group.users) })) as [
    Group,
    Group,
  ];
  return { from, to, treated, heldOut: held, difference: difference(treated.rate, held.rate) };
}

/** Difference of two shares by Newcombe's hybrid score interval (his method 10). */
function difference(a: Proportion | null, b: Proportion | null): Proportion | null {
  if (!a || !b) return null;
  const value = a.value - b.value;
  return {
    value,
    low: value - Math.hypot(a.value - a.low, b.high - b.value),
    high: value + Math.hypot(a.high - a.value, b.value - b.low),
  };
}
