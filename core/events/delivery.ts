/** Telling one webhook of one event: until it is taken, or for 24 hours. */
import type { EventType } from './window-event.ts';

export interface Delivery {
  /** The pseudonym. */
  user: string;
  /** Id of the event, sent as `webhook-id`. */
  event: string;
  webhook: string;
  type: EventType;
  state: 'waiting' | 'delivered' | 'dead';
  attempts: number;
  /** What came of the last attempt: a status, or one word (`timeout`); null before the first. */
  outcome: string | null;
  /** Epoch milliseconds: when the first attempt was due, the last was made, the next is due. */
  since: number;
  triedAt: number | null;
  nextAt: number | null;
}

const MINUTE = 60_000;
/** Tried for so long from the first attempt on. */
export const DELIVERY_MS = 24 * 60 * MINUTE;
const FIRST_WAIT = MINUTE;
const LONGEST_WAIT = 240 * MINUTE;

/** Outcomes after which no further attempt is made: the endpoint says it is gone for good, or the user was erased. */
const FINAL = new Set(['410', 'unknown-user']);

export type Outcome = { taken: true; outcome: string } | { taken: false; outcome: string };

export function newDelivery(of: Pick<Delivery, 'user' | 'event' | 'webhook' | 'type'>, now: number): Delivery {
  return { ...of, state: 'waiting', attempts: 0, outcome: null, since: now, triedAt: null, nextAt: now };
}

/**
 * The delivery after an attempt at `now`. Waits double from a minute to four hours; one attempt is made at the end of
 * the 24 hours.
 * @param spread 0 to 1, random: waits are between three quarters and the whole of their length
 */
export function afterAttempt(delivery: Delivery, result: Outcome, now: number, spread: number): Delivery {
  const attempts = delivery.attempts + 1;
  const tried = { ...delivery, attempts, outcome: result.outcome, triedAt: now };
  if (result.taken) return { ...tried, state: 'delivered', nextAt: null };
  const end = delivery.since + DELIVERY_MS;
  if (now >= end || FINAL.has(result.outcome)) return { ...tried, state: 'dead', nextAt: null };
  const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempts - 1)) * (0.75 + 0.25 * spread);
  return { ...tried, nextAt: Math.min(end, Math.round(now + wait)) };
}

/** Tried again from the start, under the same id. */
export function replayed(delivery: Delivery, now: number): Delivery {
  return { ...delivery, state: 'waiting', attempts: 0, since: now, nextAt: now };
}
