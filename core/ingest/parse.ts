/** The body of a tracking request as accepted actions and refused events. */
import type { Consent } from '../ports.ts';
import type { Zone } from '../time.ts';
import {
  EVENT_PROBLEMS,
  type EventContext,
  type EventProblem,
  isObject,
  parseEvent,
  type SentAction,
} from './event.ts';

export const MAX_EVENTS = 2_500;

export interface EventError {
  /** Position in the batch, from 0. */
  index: number;
  messageId: string | null;
  code: EventProblem;
  message: string;
}

export interface UserAction extends SentAction {
  /** The shop's own id, or the anonymous one. */
  userId: string;
}

export interface ParsedBody {
  /** Events of the request. */
  received: number;
  /** Those that were not refused, with or without an action. */
  accepted: number;
  actions: UserAction[];
  /** Ids that are said to be one person, in the order of their events. */
  links: SaidLink[];
  /** Of each user the consent of the latest event that says one. */
  consents: Map<string, Consent>;
  errors: EventError[];
}

export interface SaidLink {
  /** Position in the batch of the event that says it. */
  index: number;
  messageId: string | null;
  userId: string;
  previous: string;
  by: 'identify' | 'alias';
}

/** Why a body is refused as a whole. */
export interface RefusedBody {
  code: 'not-an-object' | 'missing-batch' | 'too-many-events';
  message: string;
}

/**
 * @param call last part of the route: `batch`, or the type of the one event that the body is
 * @param body as parsed from JSON; anything may be in it
 * @param context `receivedAt` in epoch milliseconds
 */
export function parseBody(
  call: string,
  body: unknown,
  { receivedAt, zone }: { receivedAt: number; zone: Zone },
): ParsedBody | RefusedBody {
  if (!isObject(body)) return { code: 'not-an-object', message: 'the body is a JSON object' };
  const batch = call === 'batch';
  if (batch && !Array.isArray(body.batch)) return { code: 'missing-batch', message: 'batch is an array of events' };
  const events = batch ? (body.batch as unknown[]) : [body];
  if (events.length > MAX_EVENTS) {
    return { code: 'too-many-events', message: `a batch has at most ${MAX_EVENTS} events` };
  }
  const context: EventContext = {
    type: batch ? undefined : call,
    sentAt: body.sentAt,
    receivedAt,
    zone,
    repeats: createCounter(),
  };
  const parsed: ParsedBody = {
    received: events.length,
    accepted: 0,
    actions: [],
    links: [],
    consents: new Map(),
    errors: [],
  };
  for (const [index, event] of events.entries()) {
    const result = parseEvent(event, context);
    if ('problem' in result) {
      const { problem, messageId } = result;
      parsed.errors.push({ index, messageId, code: problem, message: EVENT_PROBLEMS[problem] });
      continue;
    }
    parsed.accepted++;
    const { userId, messageId, link, consent } = result;
    for (const action of result.actions) parsed.actions.push({ ...action, userId });
    if (link) parsed.links.push({ index, messageId, userId, ...link });
    if (consent && consent.at >= (parsed.consents.get(userId)?.at ?? 0)) parsed.consents.set(userId, consent);
  }
  return parsed;
}

function createCounter(): (key: string) => number {
  const counts = new Map<string, number>();
  return (key) => {
    const before = counts.get(key) ?? 0;
    counts.set(key, before + 1);
    return before;
  };
}
