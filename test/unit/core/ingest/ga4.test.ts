import { describe, expect, test } from '@jest/globals';
import { ga4Events, validationMessages } from '../../../../core/ingest/ga4.ts';
import { parseEvents } from '../../../../core/ingest/parse.ts';
import { zoneOf } from '../../../../core/time.ts';

const NOW = Date.parse('2026-07-01T12:00:00Z');
const parse = (body: unknown) => {
  const sent = ga4Events(body);
  if ('validationCode' in sent) throw new Error(sent.validationCode);
  return parseEvents(sent, { receivedAt: NOW, zone: zoneOf('UTC') });
};
const words = (name: string, params: Record<string, unknown> = {}) =>
  parse({ client_id: 'c1', events: [{ name, params }] }).events.flatMap(({ actions }) =>
    actions.map(({ word }) => word),
  );

describe('an event of GA4', () => {
  const items = [{ item_id: 'p1', item_category: 'Shoes', item_category2: 'Running/Trail', price: 20, quantity: 2 }];

  test.each<[string, Record<string, unknown>, string[]]>([
    ['view_item', { items }, ['view:shoes/running-trail']],
    ['view_item_list', { items: [...items, ...items] }, ['view:shoes/running-trail']],
    ['view_item_list', { items: [...items, { item_category: 'Hats' }] }, ['view']],
    ['select_item', { items }, ['view:shoes/running-trail']],
    ['search', { search_term: 'Red Shoes' }, ['search:red shoes']],
    ['view_search_results', { search_term: 'x' }, ['search:x']],
    ['add_to_cart', { items }, ['cart:shoes/running-trail']],
    ['remove_from_cart', { items }, ['uncart:shoes/running-trail']],
    ['add_to_wishlist', { items }, ['wishlist:shoes/running-trail']],
    ['begin_checkout', {}, ['checkout']],
    ['add_payment_info', {}, ['checkout']],
    ['purchase', { items: [...items, { item_category: 'Hats' }] }, ['purchase:shoes/running-trail', 'purchase:hats']],
    ['refund', {}, ['refund']],
    ['page_view', { page_location: 'https://shop.example/?email=a' }, ['visit']],
    ['user_engagement', {}, []],
  ])('%s is %#', (name, params, expected) => {
    expect(words(name, params)).toEqual(expected);
  });

  test('has the money of its items, or of the whole', () => {
    const [event] = parse({ client_id: 'c', events: [{ name: 'purchase', params: { items, value: 99 } }] }).events;
    expect(event?.actions).toMatchObject([{ value: 40, quantity: 2 }]);
    const [bare] = parse({ client_id: 'c', events: [{ name: 'purchase', params: { value: 99 } }] }).events;
    expect(bare?.actions).toMatchObject([{ value: 99 }]);
  });

  test('is the known user’s if there is one, else the client’s', () => {
    const one = { events: [{ name: 'purchase' }] };
    expect(parse({ ...one, client_id: 'c', user_id: 'u' }).events[0]).toMatchObject({
      userId: 'u',
    });
    expect(parse({ ...one, client_id: 'c' }).events[0]).toMatchObject({ userId: 'c' });
  });

  test.each<[unknown, unknown, number]>([
    [undefined, undefined, NOW],
    [undefined, 1_782_900_000_123_456, 1_782_900_000_123],
    ['1782900000123456', 1, 1_782_900_000_123],
  ])('happened at its own time in microseconds, or that of the request (%#)', (own, whole, at) => {
    const body = { client_id: 'c', timestamp_micros: whole, events: [{ name: 'purchase', timestamp_micros: own }] };
    expect(parse(body).events[0]?.time.at).toBe(at);
  });

  test('of one transaction is one purchase, however often it is sent', () => {
    const id = (transaction_id: unknown) =>
      parse({ client_id: 'c', events: [{ name: 'purchase', params: { transaction_id } }] }).events[0]?.actions[0]?.id;
    expect(id('T1')).toBe('purchase:T1');
    expect(id('')).toMatch(/^[0-9a-f]{32}\.0$/);
  });
});

describe('what is wrong with a request', () => {
  test.each<[unknown, string, string | undefined]>([
    [[], 'VALUE_INVALID', undefined],
    [{}, 'VALUE_REQUIRED', 'events'],
    [{ events: [] }, 'VALUE_REQUIRED', 'events'],
    [{ events: Array(26).fill({ name: 'x' }) }, 'EXCEEDED_MAX_ENTITIES', 'events'],
  ])('as a whole is told (%#)', (body, validationCode, fieldPath) => {
    expect(ga4Events(body)).toEqual({
      description: expect.any(String),
      validationCode,
      ...(fieldPath && { fieldPath }),
    });
  });

  test.each<[string, Record<string, unknown>, string, string]>([
    ['no client', { client_id: undefined }, 'client_id', 'VALUE_REQUIRED'],
    ['a client that is none', { client_id: {} }, 'client_id', 'VALUE_INVALID'],
    ['no name', { events: [{}] }, 'events', 'VALUE_REQUIRED'],
    ['an event that is none', { events: [7] }, 'events', 'VALUE_INVALID'],
    ['a name with a blank', { events: [{ name: 'max@example.com bought' }] }, 'events', 'NAME_INVALID'],
    ['a time that is none', { timestamp_micros: 'max@example.com' }, 'timestamp_micros', 'VALUE_INVALID'],
    ['a time to come', { timestamp_micros: (NOW + 2 * 86_400_000) * 1000 }, 'timestamp_micros', 'VALUE_INVALID'],
    [
      'too many parameters',
      { events: [{ name: 'x', params: Object.fromEntries(Array.from({ length: 26 }, (_, n) => [n, n])) }] },
      'events',
      'EXCEEDED_MAX_ENTITIES',
    ],
  ])('because of %s is told by field, without what was sent', (_, fields, fieldPath, validationCode) => {
    const body = { client_id: 'c', events: [{ name: 'purchase' }], ...fields };
    const messages = validationMessages(body, parse(body).errors);
    expect(messages).toEqual([{ fieldPath, description: expect.any(String), validationCode }]);
    expect(JSON.stringify(messages)).not.toContain('example.com');
  });

  test('of a right one is nothing', () => {
    const body = { client_id: 'c', events: [{ name: 'purchase', params: {} }] };
    expect(validationMessages(body, parse(body).errors)).toEqual([]);
  });
});
