/** The events of a tracking request as accepted and refused ones. */
import type { Zone } from '../time.ts';
import {
  type AcceptedEvent,
  EVENT_BYTES,
  EVENT_PROBLEMS,
  type EventContext,
  type EventProblem,
  isObject,
  parseEvent,
} from './event.ts';
import type { MappingRules } from './rules.ts';

export const MAX_EVENTS = 2_500;

export interface EventError {
  /** Position in the batch, from 0. */
  index: number;
  messageId: string | null;
  code: EventProblem;
  message: string;
}

export interface ParsedBody {
  /** Events of the request. */
  received: number;
  /** Those that were not refused, with or without an action. */
  events: AcceptedEvent[];
  errors: EventError[];
}

/** Events of a request as they came, by whatever convention. */
export interface SentEvents {
  events: readonly unknown[];
  /** The type of events that name none. */
  type?: string | undefined;
  sentAt?: unknown;
}

/** Why a body is refused as a whole. */
export interface RefusedBody {
  code: 'not-an-object' | 'missing-batch' | 'too-many-events';
  message: string;
}

export interface ParseContext {
  /** Epoch milliseconds. */
  receivedAt: number;
  zone: Zone;
  rules?: MappingRules;
  /** Of the whole body; absent: unknown. */
  bytes?: number;
}

/**
 * The events of a body of Segment's tracking API.
 * @param call last part of the route: `batch`, or the type of the one event that the body is
 * @param body as parsed from JSON; anything may be in it
 */
export function sentEvents(call: string, body: unknown): SentEvents | RefusedBody {
  if (!isObject(body)) return { code: 'not-an-object', message: 'the body is a JSON object' };
  if (call !== 'batch') return { events: [body], type: call, sentAt: body.sentAt };
  if (!Array.isArray(body.batch)) return { code: 'missing-batch', message: 'batch is an array of events' };
  if (body.batch.length > MAX_EVENTS) {
    return { code: 'too-many-events', message: `a batch has at most ${MAX_EVENTS} events` };
  }
  return { events: body.batch, sentAt: body.sentAt };
}

export function parseEvents(sent: SentEvents, { receivedAt, zone, rules, bytes }: ParseContext): ParsedBody {
  const context: EventContext = {
    rules,
    small: bytes !== undefined && bytes <= EVENT_BYTES,
    type: sent.type,
    sentAt: sent.sentAt,
    receivedAt,
    zone,
    repeats: createCounter(),
  };
  const parsed: ParsedBody = { received: sent.events.length, events: [], errors: [] };
  for (const [index, event] of sent.events.entries()) {
    const result = parseEvent(event, index, context);
    if ('problem' in result) {
      const { problem, messageId } = result;
      parsed.errors.push({ index, messageId, code: problem, message: EVENT_PROBLEMS[problem] });
    } else {
      parsed.events.push(result);
    }
  }
  return parsed;
}

/** The body of a tracking call, whole. */
export function parseBody(call: string, body: unknown, context: ParseContext): ParsedBody | RefusedBody {
  const sent = sentEvents(call, body);
  return 'code' in sent ? sent : parseEvents(sent, context);
}

function createCounter(): (key: string) => number {
  const counts = new Map<string, number>();
  return (key) => {
    const before = counts.get(key) ?? 0;
    counts.set(key, before + 1);
    return before;
  };
}
