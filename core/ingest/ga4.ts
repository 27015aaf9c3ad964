/**
 * GA4's Measurement Protocol as tracking events, and what is wrong with a request in the words of its validation server:
 * https://developers.google.com/analytics/devguides/collection/protocol/ga4/validating-events
 */
import { type EventProblem, isObject } from './event.ts';
import type { EventError, SentEvents } from './parse.ts';

const MAX_EVENTS = 25;
const MAX_PARAMS = 25;
const NAME = /^[A-Za-z][A-Za-z0-9_]{0,39}$/;
/** Levels of a category: `item_category`, `item_category2` … */
const CATEGORY_FIELDS = ['item_category', 'item_category2', 'item_category3', 'item_category4', 'item_category5'];
/** Events of which one with the same transaction is the same. */
const BY_TRANSACTION = new Set(['purchase', 'refund']);

export interface ValidationMessage {
  fieldPath?: string;
  description: string;
  validationCode: 'VALUE_INVALID' | 'VALUE_REQUIRED' | 'NAME_INVALID' | 'EXCEEDED_MAX_ENTITIES' | 'INTERNAL_ERROR';
}

/** The events of a body, or why none can be read of it. */
export function ga4Events(body: unknown): SentEvents | ValidationMessage {
  if (!isObject(body)) return { description: 'The body must be a JSON object.', validationCode: 'VALUE_INVALID' };
  if (!Array.isArray(body.events) || body.events.length === 0) {
    const description = 'Measurement requires an array of events.';
    return { fieldPath: 'events', description, validationCode: 'VALUE_REQUIRED' };
  }
  if (body.events.length > MAX_EVENTS) {
    const description = `Measurement has more than ${MAX_EVENTS} events.`;
    return { fieldPath: 'events', description, validationCode: 'EXCEEDED_MAX_ENTITIES' };
  }
  return { events: body.events.map((event) => trackOf(event, body)), type: 'track' };
}

/** @param errors what parsing refused of the events */
export function validationMessages(body: unknown, errors: readonly EventError[]): ValidationMessage[] {
  const events = isObject(body) && Array.isArray(body.events) ? body.events : [];
  return [...errors.map(messageOf), ...events.flatMap(formMessages)];
}

/** What GA4 itself would refuse, and this system takes. */
function formMessages(event: unknown, index: number): ValidationMessage[] {
  if (!isObject(event)) return [];
  const messages: ValidationMessage[] = [];
  if (typeof event.name === 'string' && event.name !== '' && !NAME.test(event.name)) {
    messages.push({
      fieldPath: 'events',
      description: `Event at index: [${index}] has an invalid name: letters, digits and underscores, at most 40, a letter first.`,
      validationCode: 'NAME_INVALID',
    });
  }
  if (isObject(event.params) && Object.keys(event.params).length > MAX_PARAMS) {
    messages.push({
      fieldPath: 'events',
      description: `Event at index: [${index}] has more than ${MAX_PARAMS} parameters.`,
      validationCode: 'EXCEEDED_MAX_ENTITIES',
    });
  }
  return messages;
}

const FIELDS: Partial<Record<EventProblem, [fieldPath: string, code: ValidationMessage['validationCode']]>> = {
  'not-an-object': ['events', 'VALUE_INVALID'],
  'missing-event': ['events', 'VALUE_REQUIRED'],
  'missing-user-id': ['client_id', 'VALUE_REQUIRED'],
  'bad-user-id': ['client_id', 'VALUE_INVALID'],
  'user-id-too-long': ['client_id', 'VALUE_INVALID'],
  'bad-timestamp': ['timestamp_micros', 'VALUE_INVALID'],
  'before-1970': ['timestamp_micros', 'VALUE_INVALID'],
  'in-the-future': ['timestamp_micros', 'VALUE_INVALID'],
  'too-many-products': ['events.params.items', 'EXCEEDED_MAX_ENTITIES'],
  'too-large': ['events', 'EXCEEDED_MAX_ENTITIES'],
};

const DESCRIPTIONS: Partial<Record<EventProblem, string>> = {
  'missing-event': 'has no name',
  'missing-user-id': 'has neither client_id nor user_id around it',
};

function messageOf({ index, code, message }: EventError): ValidationMessage {
  const [fieldPath, validationCode] = FIELDS[code] ?? ['events', 'VALUE_INVALID' as const];
  return { fieldPath, description: `Event at index: [${index}]: ${DESCRIPTIONS[code] ?? message}.`, validationCode };
}

function trackOf(event: unknown, body: Record<string, unknown>): unknown {
  if (!isObject(event)) return event;
  const params = isObject(event.params) ? event.params : {};
  const transaction = params.transaction_id;
  const named = typeof event.name === 'string' && BY_TRANSACTION.has(event.name);
  const text = typeof transaction === 'string' || typeof transaction === 'number';
  return {
    type: 'track',
    event: event.name,
    userId: body.user_id,
    anonymousId: body.client_id,
    timestamp: fromMicros(event.timestamp_micros ?? body.timestamp_micros),
    ...(named && text && transaction !== '' && { messageId: `${event.name}:${transaction}` }),
    properties: { ...params, ...productsOf(params.items) },
    context: { userAgent: body.user_agent, ip: body.ip_override, traffic_type: params.traffic_type },
  };
}

/** Milliseconds as the other clients send; what is no number stays, and is refused by name. */
function fromMicros(micros: unknown): unknown {
  if (micros === undefined || micros === null) return undefined;
  const number = typeof micros === 'string' && /^\d{1,20}$/.test(micros.trim()) ? Number(micros) : micros;
  return typeof number === 'number' ? Math.floor(number / 1000) : String(micros);
}

/** `category` is that of a list whose items are all of one. */
function productsOf(items: unknown): { products?: unknown[]; category?: string } {
  if (!Array.isArray(items)) return {};
  const products = items.map((item) => (isObject(item) ? productOf(item) : item));
  const categories = new Set(products.map((product) => (isObject(product) ? product.category : undefined)));
  const [only] = categories;
  return { products, ...(categories.size === 1 && typeof only === 'string' && { category: only }) };
}

function productOf(item: Record<string, unknown>): Record<string, unknown> {
  const levels = CATEGORY_FIELDS.map((field) => item[field]).filter((level) => typeof level === 'string');
  return {
    product_id: item.item_id,
    price: item.price,
    quantity: item.quantity,
    ...(levels.length > 0 && { category: levels.map((level) => level.replaceAll('/', '-')).join('/') }),
  };
}
