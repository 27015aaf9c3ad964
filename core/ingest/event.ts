/** One event of a tracking request as a user's actions, or why it is refused. */
import type { Action } from '../actions/action.ts';
import { ADDRESS } from '../actions/category.ts';
import { actionsOfCall, type MappedAction } from '../actions/mapping.ts';
import { contentHash } from '../hash.ts';
import type { Consent } from '../ports/users.ts';
import { utf8Bytes } from '../text.ts';
import type { Zone } from '../time.ts';
import { type EventTime, eventTime } from './event-time.ts';
import { consentOf, linkOf } from './identity.ts';
import type { MappingRules } from './rules.ts';

export const EVENT_BYTES = 32 * 1024;
export const ID_BYTES = 256;
export const MAX_PRODUCTS = 1_000;

/** Why an event is refused; `message` never quotes what was sent. */
export const EVENT_PROBLEMS = {
  'not-json': 'a line is one event as JSON',
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

export const CALLS = ['track', 'identify', 'page', 'screen', 'group', 'alias'] as const;
export type Call = (typeof CALLS)[number];

export interface EventContext {
  rules?: MappingRules | undefined;
  /** No event can be over the limit, since the whole body is not. */
  small?: boolean;
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
  /** Position in the request, from 0. */
  index: number;
  call: Call;
  /** Whose event it is: the shop's own id, or the anonymous one. */
  userId: string;
  messageId: string | null;
  /** The id that is the same person, as `identify` and `alias` say. */
  link?: { previous: string; by: 'identify' | 'alias' };
  consent?: Consent;
  /** The event's `context`, `{}` for none; nothing of it is stored. */
  context: Record<string, unknown>;
  time: EventTime;
  /** None for calls and names that stand for none. */
  actions: SentAction[];
}

export interface SentAction extends Action {
  /** The time as it was sent, `''` for none: unlike `at`, the same in each repetition of a request. */
  sentTime: string;
}

export interface RefusedEvent {
  problem: EventProblem;
  messageId: string | null;
}

/** Stands for an event whose text is not JSON. */
export const NOT_JSON = Symbol('not-json');

/**
 * @param event one event as parsed from JSON; anything may be in it
 * @param index its position in the request
 */
export function parseEvent(event: unknown, index: number, context: EventContext): AcceptedEvent | RefusedEvent {
  if (event === NOT_JSON) return { problem: 'not-json', messageId: null };
  if (!isObject(event)) return { problem: 'not-an-object', messageId: null };
  const messageId = idOf(event.messageId);
  const refuse = (problem: EventProblem): RefusedEvent => ({ problem, messageId: messageId.id ?? null });

  const size = context.small ? undefined : sizeProblem(event);
  if (size) return refuse(size);
  const call = context.type ?? event.type;
  if (!isCall(call)) return refuse('unknown-type');
  if (call === 'track' && (typeof event.event !== 'string' || event.event.trim() === '')) {
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
  const said = linkOf(call, event);
  const previous = idOf(said?.previous);
  if (previous.problem) return refuse(previous.problem === 'too-long' ? 'user-id-too-long' : 'bad-user-id');
  const actions = sentActions(call, event, time, messageId.id, context);
  if (!actions) return refuse('too-deep');
  const consent = consentOf(event, time.at);
  return {
    index,
    call,
    userId,
    messageId: messageId.id ?? null,
    context: isObject(event.context) ? event.context : {},
    time,
    actions,
    ...(said && previous.id !== undefined && { link: { previous: previous.id, by: said.by } }),
    ...(consent && { consent }),
  };
}

/** @returns undefined for an event nested too deeply */
function sentActions(
  call: Call,
  event: Record<string, unknown>,
  time: EventTime,
  messageId: string | undefined,
  context: EventContext,
): SentAction[] | undefined {
  const mapped = actionsOfCall(call, event, context.rules);
  if (mapped.length === 0) return [];
  const id = messageId === undefined ? derivedId(call, event, time, context) : storedId(messageId);
  return id === undefined
    ? undefined
    : mapped.map((action) => ({ ...actionOf(action, time.at, id), sentTime: time.sent }));
}

function isCall(value: unknown): value is Call {
  return (CALLS as readonly unknown[]).includes(value);
}

function sizeProblem(event: object): EventProblem | undefined {
  const content = textOf(event);
  if (content === undefined) return 'too-deep';
  return utf8Bytes(content) > EVENT_BYTES ? 'too-large' : undefined;
}

function actionOf({ product, ...action }: MappedAction, at: number, id: string): Action {
  return { ...action, at, id: product === undefined ? id : `${id}#${product}` };
}

/** Some shops number orders by the buyer's e-mail address, which is not kept. */
function storedId(messageId: string): string {
  return ADDRESS.test(messageId) ? contentHash(messageId) : messageId;
}

/**
 * An id for an event that has none. Equal events of one request are repeated actions; an event without a time is told
 * apart by when it came. What belongs to the request (`sentAt`, `writeKey`) may differ when it is repeated.
 * @returns undefined for an event nested too deeply
 */
function derivedId(call: Call, event: object, time: EventTime, context: EventContext): string | undefined {
  const content = { ...event, sentAt: undefined, writeKey: undefined };
  const text = textOf([call, content, time.sent === '' ? time.at : time.sent]);
  if (text === undefined) return undefined;
  const hash = contentHash(text);
  return `${hash}.${context.repeats(hash)}`;
}

function textOf(event: unknown): string | undefined {
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
