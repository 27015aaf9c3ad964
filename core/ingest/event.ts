/** One event of a tracking request as a user's actions, or why it is refused. */
import type { Action } from '../actions/action.ts';
import { actionsOfCall, type MappedAction } from '../actions/mapping.ts';
import { contentHash } from '../hash.ts';
import type { Consent } from '../ports.ts';
import { utf8Bytes } from '../text.ts';
import type { Zone } from '../time.ts';
import { type EventTime, eventTime } from './event-time.ts';
import { consentOf, linkOf } from './identity.ts';

export const EVENT_BYTES = 32 * 1024;
export const ID_BYTES = 256;
export const MAX_PRODUCTS = 1_000;

/** Why an event is refused; `message` never quotes what was sent. */
export const EVENT_PROBLEMS = {
  'not-an-object': 'an event is a JSON object',
  'too-large': 'an event has at most 32 KB',
  'too-deep': 'the event is nested too deeply',
  'unknown-type': 'type is one of track, identify, page, screen, group and alias',
  'missing-event': 'a track call names its event',
  'missing-user-id': 'an event has a userId or an anonymousId',
  'bad-user-id': 'a user id is a text or a whole number, in valid Unicode',
  'user-id-too-long': 'a user id has at most 256 bytes',
  'bad-message-id': 'a messageId is a text or a whole number, in valid Unicode',
  'message-id-too-long': 'a messageId has at most 256 bytes',
  'bad-timestamp': 'a timestamp is ISO 8601, epoch seconds or epoch milliseconds',
  'before-1970': 'the event lies before 1970',
  'in-the-future': 'the event lies more than a day in the future',
  'too-many-products': 'an event has at most 1,000 products',
  'link-cycle': 'the user of this alias is itself an alias of the previous id',
  'linked-elsewhere': 'the previous id belongs to another user; alias that user instead',
  'too-many-ids': 'a user has at most 50 other ids',
} as const;

export type EventProblem = keyof typeof EVENT_PROBLEMS;

const TYPES = ['track', 'identify', 'page', 'screen', 'group', 'alias'];

export interface EventContext {
  /** The type of an event that names none: that of the route. */
  type?: string | undefined;
  /** `sentAt` of the batch, for events without one. */
  sentAt?: unknown;
  /** Epoch milliseconds. */
  receivedAt: number;
  zone: Zone;
  /** How often the same content without a messageId came before in the request; counts it. */
  repeats(hash: string): number;
}

export interface AcceptedEvent {
  /** The shop's own id, or the anonymous one. */
  userId: string;
  messageId: string | null;
  actions: SentAction[];
  /** The id that is the same person, as `identify` and `alias` say. */
  link?: { previous: string; by: 'identify' | 'alias' };
  consent?: Consent;
}

export interface SentAction extends Action {
  /** The time as it was sent, `''` for none: unlike `at`, the same in each repetition of a request. */
  sentTime: string;
}

export interface RefusedEvent {
  problem: EventProblem;
  messageId: string | null;
}

/** @param event one event as parsed from JSON; anything may be in it */
export function parseEvent(event: unknown, context: EventContext): AcceptedEvent | RefusedEvent {
  if (!isObject(event)) return { problem: 'not-an-object', messageId: null };
  const messageId = idOf(event.messageId);
  const refuse = (problem: EventProblem): RefusedEvent => ({ problem, messageId: messageId.id ?? null });

  const content = textOf(event);
  if (content === undefined) return refuse('too-deep');
  if (utf8Bytes(content) > EVENT_BYTES) return refuse('too-large');
  const type = context.type ?? event.type;
  if (typeof type !== 'string' || !TYPES.includes(type)) return refuse('unknown-type');
  if (type === 'track' && (typeof event.event !== 'string' || event.event.trim() === '')) {
    return refuse('missing-event');
  }
  if (messageId.problem) return refuse(messageId.problem === 'too-long' ? 'message-id-too-long' : 'bad-message-id');
  const user = idOf(event.userId);
  const { id: userId, problem } = user.id === undefined && !user.problem ? idOf(event.anonymousId) : user;
  if (problem) return refuse(problem === 'too-long' ? 'user-id-too-long' : 'bad-user-id');
  if (userId === undefined) return refuse('missing-user-id');

  const time = eventTime(event, context);
  if ('problem' in time) return refuse(time.problem);
  const properties = event.properties;
  if (isObject(properties) && Array.isArray(properties.products) && properties.products.length > MAX_PRODUCTS) {
    return refuse('too-many-products');
  }
  const said = linkOf(type, event);
  const previous = idOf(said?.previous);
  if (previous.problem) return refuse(previous.problem === 'too-long' ? 'user-id-too-long' : 'bad-user-id');
  const consent = consentOf(event, time.at);
  return {
    userId,
    messageId: messageId.id ?? null,
    actions: sentActions(type, event, time, messageId.id, context),
    ...(said && previous.id !== undefined && { link: { previous: previous.id, by: said.by } }),
    ...(consent && { consent }),
  };
}

function sentActions(
  type: string,
  event: Record<string, unknown>,
  time: EventTime,
  messageId: string | undefined,
  context: EventContext,
): SentAction[] {
  const mapped = actionsOfCall(type, event);
  if (mapped.length === 0) return [];
  const id = messageId ?? derivedId(type, event, time, context);
  return mapped.map((action) => ({ ...actionOf(action, time.at, id), sentTime: time.sent }));
}

function actionOf({ product, ...action }: MappedAction, at: number, id: string): Action {
  return { ...action, at, id: product === undefined ? id : `${id}#${product}` };
}

/**
 * An id for an event that has none. Equal events of one request are repeated actions; an event without a time is told
 * apart by when it came. What belongs to the request (`sentAt`, `writeKey`) may differ when it is repeated.
 */
function derivedId(type: string, event: object, time: EventTime, context: EventContext): string {
  const content = { ...event, sentAt: undefined, writeKey: undefined };
  const hash = contentHash(JSON.stringify([type, content, time.sent === '' ? time.at : time.sent]));
  return `${hash}.${context.repeats(hash)}`;
}

function textOf(event: object): string | undefined {
  try {
    return JSON.stringify(event);
  } catch (error) {
    // Deeper than the stack.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function idOf(value: unknown): { id?: string; problem?: 'bad' | 'too-long' } {
  if (value === undefined || value === null) return {};
  if (typeof value === 'number') return Number.isSafeInteger(value) ? { id: String(value) } : { problem: 'bad' };
  if (typeof value !== 'string' || !value.isWellFormed()) return { problem: 'bad' };
  if (value.trim() === '') return {};
  return utf8Bytes(value) > ID_BYTES ? { problem: 'too-long' } : { id: value };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
