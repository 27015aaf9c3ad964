/** What a webhook is sent: https://www.standardwebhooks.com, or a Segment `track` call. */
import { createHmac } from 'node:crypto';
import type { RecordedEvent } from '../../core/events/ports.ts';
import type { EventType } from '../../core/events/window-event.ts';

export interface Message {
  headers: Record<string, string>;
  body: string;
}

const SECRET = 'whsec_';
const SEGMENT_NAMES: Record<EventType, string> = {
  'buying_window.opened': 'Buying Window Opened',
  'buying_window.closed': 'Buying Window Closed',
  'best_window.opened': 'Best Window Opened',
};

/** @param secret `whsec_` and base64 */
export function signedMessage(
  event: RecordedEvent,
  { secret, userId, now }: { secret: string; userId?: string | undefined; now: number },
): Message {
  const { id, type, recordedAt, published: _, ...data } = event;
  const body = JSON.stringify({
    type,
    timestamp: new Date(recordedAt).toISOString(),
    data: { id, ...data, ...(userId !== undefined && { userId }) },
  });
  const timestamp = Math.floor(now / 1000);
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'buy-timing',
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': `v1,${sign(secret, `${id}.${timestamp}.${body}`)}`,
  };
  return { headers, body };
}

function sign(secret: string, text: string): string {
  const key = new Uint8Array(Buffer.from(secret.slice(SECRET.length), 'base64'));
  return createHmac('sha256', key).update(text).digest('base64');
}

/** A `track` call of Segment's HTTP tracking API; `messageId` is the event's id, so that a repeat is known as one. */
export function segmentMessage(event: RecordedEvent, { secret, userId }: { secret: string; userId: string }): Message {
  const { id, type, day, since, score, recordedAt } = event;
  const body = JSON.stringify({
    type: 'track',
    userId,
    event: SEGMENT_NAMES[type],
    messageId: id,
    timestamp: new Date(recordedAt).toISOString(),
    properties: { day, since, ...score },
    context: { library: { name: 'buy-timing' } },
  });
  const authorization = `Basic ${Buffer.from(`${secret}:`).toString('base64')}`;
  return { headers: { 'content-type': 'application/json', 'user-agent': 'buy-timing', authorization }, body };
}
