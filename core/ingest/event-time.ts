/** When an event happened, by the convention of tracking clients. */
import type { Zone } from '../time.ts';
import { parseTimestamp } from '../timestamps.ts';

/** A client's clock is corrected only when it is off by at least this much. */
const LEAST_SKEW_MS = 5 * 60_000;
const GRACE_MS = 86_400_000;

export interface EventTime {
  /** Epoch milliseconds, corrected. */
  at: number;
  /** The time as it was sent, `''` for none. */
  sent: string;
  /** The client's clock was corrected. */
  corrected: boolean;
}

export type TimeProblem = 'bad-timestamp' | 'before-1970' | 'in-the-future';

interface TimeContext {
  /** `sentAt` of the batch. */
  sentAt?: unknown;
  receivedAt: number;
  zone: Zone;
}

/**
 * `receivedAt − (sentAt − timestamp)` where the client's clock is off by 5 minutes or more, the time as sent where it
 * is not or where there is no `sentAt`; `receivedAt` for an event without a time.
 * A `timestamp` unlike the `originalTimestamp` beside it was corrected by who passed the event on, and stands.
 * https://segment.com/docs/connections/spec/common/#timestamps
 */
export function eventTime(
  event: { timestamp?: unknown; originalTimestamp?: unknown; sentAt?: unknown },
  { sentAt, receivedAt, zone }: TimeContext,
): EventTime | { problem: TimeProblem } {
  const given = event.timestamp ?? event.originalTimestamp;
  if (given === undefined || given === null) return { at: receivedAt, sent: '', corrected: false };
  const time = parseTimestamp(given, zone);
  if (time === undefined) return { problem: 'bad-timestamp' };
  const original = parseTimestamp(event.originalTimestamp, zone) ?? time;
  const sent = parseTimestamp(event.sentAt ?? sentAt, zone);
  const skew = sent === undefined || original !== time ? 0 : receivedAt - sent;
  const corrected = Math.abs(skew) >= LEAST_SKEW_MS;
  const at = corrected ? time + skew : time;
  if (at < 0) return { problem: 'before-1970' };
  if (at > receivedAt + GRACE_MS) return { problem: 'in-the-future' };
  return { at, sent: String(given), corrected };
}
