/** Which days of a user are asked in training, and what is known of each by the cut-off. Days are day numbers. */
import { contentHash } from './hash.ts';
import { createRandom } from './simulation/random.ts';

/**
 * Days before the cut-off on which the user is scored: the last action before the day is at most `activeDays` old.
 * @param days days with an action, ascending
 */
export function eligibleDays(days: ArrayLike<number>, cutOff: number, activeDays: number): number[] {
  const eligible: number[] = [];
  for (let index = 0; index < days.length && days[index]! < cutOff; index++) {
    const next = index + 1 < days.length ? days[index + 1]! : cutOff - 1;
    const end = Math.min(next, days[index]! + activeDays, cutOff - 1);
    for (let day = days[index]! + 1; day <= end; day++) eligible.push(day);
  }
  return eligible;
}

/** Draws at most `count` of the days, ascending; the same for the same user and seed. */
export function sampleDays(days: number[], count: number, user: string, seed: number): number[] {
  if (days.length <= count) return days;
  const random = createRandom(seed, Number.parseInt(contentHash(user).slice(0, 12), 16));
  const drawn = days.slice();
  for (let i = 0; i < count; i++) {
    const j = random.integer(i, drawn.length - 1);
    [drawn[i], drawn[j]] = [drawn[j]!, drawn[i]!];
  }
  return drawn.slice(0, count).sort((a, b) => a - b);
}

/** What is known by the cut-off of the purchases from a day on. */
export interface Outcome {
  /** Days from the day asked to the first day with a purchase, 0 for the day itself; -1 for none before the cut-off. */
  purchaseAfter: number;
  /** Days from the day asked to the cut-off: later ones are unknown. */
  observed: number;
}

/** @param purchases days with a purchase, ascending */
export function outcomeOf(purchases: ArrayLike<number>, day: number, cutOff: number): Outcome {
  let index = 0;
  while (index < purchases.length && purchases[index]! < day) index++;
  const next = purchases[index];
  return { purchaseAfter: next === undefined || next >= cutOff ? -1 : next - day, observed: cutOff - day };
}
