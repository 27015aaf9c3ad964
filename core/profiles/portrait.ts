/** What a user is like as a customer, from the whole of the actions that are kept. */
import { type Action, typeOf } from '../actions/action.ts';
import { WEEKDAYS, type Weekday } from '../events/window-event.ts';
import { type Day, dayNumber, daysBetween, type Zone } from '../time.ts';
import { categoryCounts } from './categories.ts';
import { hourCounts } from './hours.ts';

export interface Portrait {
  /** Days from the day of the last action, and of the last purchase: 1 for yesterday. */
  recency: { lastActionDay: Day; days: number; lastPurchaseDay: Day | null; purchaseDays: number | null };
  frequency: {
    /** Days with an action. */
    days: number;
    actions: number;
    /** Days with a purchase, and bought lines. */
    purchaseDays: number;
    purchases: number;
  };
  /** Money in the shop's currency and units, where the shop sends them. */
  value: { total: number | null; perPurchaseDay: number | null; units: number | null };
  categories: CategoryShare[];
  /** On how many days the user was there, by weekday and by hour; no hours in a log without times of day. */
  weekdays: { weekday: Weekday; count: number }[];
  hours: number[] | null;
}

export interface CategoryShare {
  category: string;
  /** Actions, and purchases among them. */
  actions: number;
  purchases: number;
  /** Of the user's actions with a category. */
  share: number;
}

const CATEGORIES = 20;

/** @param actions in sequence order, all before `day`, at least one */
export function portraitOf(actions: readonly Action[], day: Day, zone: Zone): Portrait {
  const bought = actions.filter(({ word }) => typeOf(word) === 'purchase');
  const dayOf = ({ at }: Action) => zone.dayOf(at);
  const days = new Set(actions.map(dayOf));
  const boughtDays = new Set(bought.map(dayOf));
  const [lastActionDay, lastBought] = [dayOf(actions.at(-1)!), bought.at(-1)];
  const lastPurchaseDay = lastBought ? dayOf(lastBought) : null;
  const total = sumOf(bought.map(({ value }) => value));
  const hours = hourCounts(actions, zone);
  const timed = hours.some((count) => count > 0);
  return {
    recency: {
      lastActionDay,
      days: daysBetween(lastActionDay, day),
      lastPurchaseDay,
      purchaseDays: lastPurchaseDay === null ? null : daysBetween(lastPurchaseDay, day),
    },
    frequency: {
      days: days.size,
      actions: actions.length,
      purchaseDays: boughtDays.size,
      purchases: bought.length,
    },
    value: {
      total,
      perPurchaseDay: total === null ? null : total / boughtDays.size,
      units: sumOf(bought.map(({ quantity }) => quantity)),
    },
    categories: categoriesOf(actions),
    weekdays: WEEKDAYS.map((weekday, i) => ({
      weekday,
      // Day 0 of 1970 was a Thursday.
      count: [...days].filter((each) => (dayNumber(each) + 3) % 7 === i).length,
    })),
    hours: timed
      ? Array.from({ length: 24 }, (_, hour) =>
          hours.reduce((sum, count, i) => (i % 24 === hour ? sum + count : sum), 0),
        )
      : null,
  };
}

/** null where none of them is there */
function sumOf(values: readonly (number | undefined)[]): number | null {
  const given = values.filter((value) => value !== undefined);
  return given.length === 0 ? null : given.reduce((sum, value) => sum + value, 0);
}

function categoriesOf(actions: readonly Action[]): CategoryShare[] {
  const counts = [...categoryCounts(actions)];
  const all = counts.reduce((sum, [, count]) => sum + count.actions, 0);
  return counts
    .map(([category, count]) => ({ category, ...count, share: count.actions / all }))
    .sort((a, b) => b.actions - a.actions || (a.category < b.category ? -1 : 1))
    .slice(0, CATEGORIES);
}
