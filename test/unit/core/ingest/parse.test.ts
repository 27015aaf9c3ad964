import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseBody as parseSent } from '../../../../core/ingest/parse.ts';
import { zoneOf } from '../../../../core/time.ts';

const NOW = Date.parse('2026-07-01T12:00:00Z');
const MINUTE = 60_000;
const context = { receivedAt: NOW, zone: zoneOf('Europe/Berlin') };
const event = (fields: Record<string, unknown>) => ({
  type: 'track',
  userId: 'u1',
  messageId: 'm1',
  event: 'Product Viewed',
  timestamp: '2026-07-01T10:00:00Z',
  ...fields,
});
/** What was accepted as its number and its actions. */
const parseBody = (...given: Parameters<typeof parseSent>) => {
  const parsed = parseSent(...given);
  if ('code' in parsed) return parsed;
  const { received, events, errors } = parsed;
  const actions = events.flatMap((one) => one.actions.map((action) => ({ ...action, userId: one.userId })));
  return { received, accepted: events.length, errors, actions };
};
type ParsedBody = Exclude<ReturnType<typeof parseBody>, { code: string }>;
const parse = (batch: unknown[], more: Record<string, unknown> = {}): ParsedBody => {
  const parsed = parseBody('batch', { batch, ...more }, context);
  if ('code' in parsed) throw new Error(parsed.code);
  return parsed;
};
const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));

describe('an event', () => {
  test('becomes an action of its user', () => {
    expect(parse([event({ properties: { category: 'Shoes', price: 9, quantity: 2 } })])).toEqual({
      received: 1,
      accepted: 1,
      errors: [],
      actions: [
        {
          userId: 'u1',
          id: 'm1',
          word: 'view:shoes',
          value: 18,
          quantity: 2,
          at: Date.parse('2026-07-01T10:00:00Z'),
          sentTime: '2026-07-01T10:00:00Z',
        },
      ],
    });
  });

  test('of several products becomes one action each, named by its position', () => {
    const { actions } = parse([event({ event: 'Order Completed', properties: { products: [{ category: 'a' }, {}] } })]);
    expect(actions.map(({ id, word }) => [id, word])).toEqual([
      ['m1#1', 'purchase:a'],
      ['m1#2', 'purchase'],
    ]);
  });

  test.each<[string, Record<string, unknown>]>([
    ['of an anonymous user', { userId: undefined, anonymousId: 'a1' }],
    ['whose userId is null', { userId: null, anonymousId: 'a1' }],
    ['whose userId is empty', { userId: ' ', anonymousId: 'a1' }],
  ])('%s belongs to the anonymous id', (_, fields) => {
    expect(parse([event(fields)]).actions[0]?.userId).toBe('a1');
  });

  test('may have numbers as ids', () => {
    expect(parse([event({ userId: 7, messageId: 8 })]).actions[0]).toMatchObject({ userId: '7', id: '8' });
  });

  test.each<[string, Record<string, unknown>]>([
    ['an event of no known name', { event: 'Signed Up' }],
    ['identify', { type: 'identify', traits: { email: 'x' } }],
    ['group', { type: 'group', groupId: 'g' }],
    ['alias', { type: 'alias', previousId: 'a1' }],
  ])('%s is accepted without an action', (_, fields) => {
    expect(parse([event(fields)])).toMatchObject({ received: 1, accepted: 1, actions: [], errors: [] });
  });

  test.each<[string, string, unknown]>([
    ['a text', 'not-an-object', 'x'],
    ['null', 'not-an-object', null],
    ['an array', 'not-an-object', []],
    ['no type', 'unknown-type', event({ type: undefined })],
    ['another type', 'unknown-type', event({ type: 'buy' })],
    ['a type that is no text', 'unknown-type', event({ type: { toString: 1 } })],
    ['no event name', 'missing-event', event({ event: undefined })],
    ['an empty event name', 'missing-event', event({ event: ' ' })],
    ['an event name that is no text', 'missing-event', event({ event: 5 })],
    ['no user', 'missing-user-id', event({ userId: undefined })],
    ['an empty user', 'missing-user-id', event({ userId: '', anonymousId: '' })],
    ['an object as user', 'bad-user-id', event({ userId: {} })],
    ['a boolean as user', 'bad-user-id', event({ userId: true })],
    ['a fraction as user', 'bad-user-id', event({ userId: 1.5 })],
    ['half a surrogate pair as user', 'bad-user-id', event({ userId: 'u\ud800' })],
    ['1,000 emoji as user', 'user-id-too-long', event({ userId: '😀'.repeat(1_000) })],
    ['257 bytes of user', 'user-id-too-long', event({ userId: 'u'.repeat(257) })],
    ['257 bytes in 129 letters', 'user-id-too-long', event({ userId: `${'é'.repeat(128)}u` })],
    ['an array as messageId', 'bad-message-id', event({ messageId: ['m'] })],
    ['half a surrogate pair as messageId', 'bad-message-id', event({ messageId: '\udc00' })],
    ['257 bytes of messageId', 'message-id-too-long', event({ messageId: 'm'.repeat(257) })],
    ['a time that is none', 'bad-timestamp', event({ timestamp: 'yesterday' })],
    ['an empty time', 'bad-timestamp', event({ timestamp: '' })],
    ['an object as time', 'bad-timestamp', event({ timestamp: {} })],
    ['a huge time', 'bad-timestamp', event({ timestamp: 1e300 })],
    ['a time before 1970', 'before-1970', event({ timestamp: '1969-12-31T23:59:59Z' })],
    ['a time next year', 'in-the-future', event({ timestamp: '2027-07-01T10:00:00Z' })],
    ['a time in microseconds', 'in-the-future', event({ timestamp: NOW * 1000 })],
    ['33 KB', 'too-large', event({ properties: { text: 'x'.repeat(33 * 1024) } })],
    ['33 KB of emoji', 'too-large', event({ properties: { text: '😀'.repeat(8 * 1024 + 256) } })],
    ['nesting of 15,000 levels', 'too-deep', event({ properties: nested(15_000) })],
    ['1,001 products', 'too-many-products', event({ properties: { products: Array(1_001).fill({}) } })],
    ['a user only in __proto__', 'missing-user-id', JSON.parse('{"type":"page","__proto__":{"userId":"u"}}')],
  ])('with %s is refused as %s, and the others are not', (_, code, bad) => {
    const { received, accepted, errors, actions } = parse([event({ messageId: 'a' }), bad, event({ messageId: 'b' })]);
    expect({ received, accepted }).toEqual({ received: 3, accepted: 2 });
    expect(errors).toMatchObject([{ index: 1, code, message: expect.any(String) }]);
    expect(actions.map(({ id }) => id)).toEqual(['a', 'b']);
  });

  test.each<[string, Record<string, unknown>]>([
    ['256 bytes of user', { userId: 'é'.repeat(128) }],
    [
      'keys of __proto__ and constructor',
      JSON.parse('{"__proto__":{"a":1},"constructor":5,"properties":{"__proto__":1}}'),
    ],
    ['properties that are a text', { properties: 'x' }],
    ['1,000 levels of nesting', { properties: nested(1_000) }],
    ['almost a day ahead', { timestamp: '2026-07-02T11:59:00Z' }],
    ['1970', { timestamp: 0 }],
  ])('with %s is accepted', (_, fields) => {
    expect(parse([event(fields)])).toMatchObject({ accepted: 1, errors: [] });
  });

  test('that is refused is named by its messageId, where it has a valid one', () => {
    const { errors } = parse([
      event({ userId: {} }),
      event({ userId: {}, messageId: undefined }),
      event({ messageId: {} }),
    ]);
    expect(errors.map(({ messageId }) => messageId)).toEqual(['m1', null, null]);
  });

  test('that is refused is not quoted', () => {
    const { errors } = parse([event({ userId: 'secret-user'.repeat(100), timestamp: 'secret-time' })]);
    expect(JSON.stringify(errors)).not.toContain('secret');
  });

  test('whatever JSON it is, is counted once and never throws', () => {
    const field = fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' }));
    const anyEvent = fc.dictionary(
      fc.constantFrom('type', 'userId', 'anonymousId', 'messageId', 'event', 'timestamp', 'properties', 'sentAt'),
      field,
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.jsonValue(), anyEvent)), field, (batch, sentAt) => {
        const { received, accepted, errors } = parse(batch, { sentAt });
        expect(received).toBe(batch.length);
        expect(accepted + errors.length).toBe(received);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('the time of an event', () => {
  const iso = (ms: number) => new Date(ms).toISOString();
  const at = (fields: Record<string, unknown>, sentAt?: unknown) =>
    parse([event({ timestamp: undefined, ...fields })], { sentAt }).actions[0]?.at;

  test.each<[string, Record<string, unknown>, unknown, number]>([
    ['is when it came, without a timestamp', {}, undefined, NOW],
    ['is when it came, for null', { timestamp: null }, undefined, NOW],
    ['is the timestamp, without sentAt', { timestamp: iso(NOW - 60 * MINUTE) }, undefined, NOW - 60 * MINUTE],
    ['is originalTimestamp', { originalTimestamp: iso(NOW - MINUTE) }, undefined, NOW - MINUTE],
    ['is epoch seconds', { timestamp: NOW / 1000 - 60 }, undefined, NOW - MINUTE],
    ['is epoch milliseconds', { timestamp: NOW - MINUTE }, undefined, NOW - MINUTE],
    ["is the shop's wall clock without an offset", { timestamp: '2026-07-01T13:59:00' }, undefined, NOW - MINUTE],
    ['is not corrected for less than 5 minutes', { timestamp: iso(NOW - MINUTE) }, iso(NOW - 299_999), NOW - MINUTE],
    [
      'is corrected for a clock 5 minutes late',
      { timestamp: iso(NOW - 6 * MINUTE) },
      iso(NOW - 5 * MINUTE),
      NOW - MINUTE,
    ],
    ['is corrected for a clock a year early', { timestamp: iso(NOW + 365e7) }, iso(NOW + 365e7 + MINUTE), NOW - MINUTE],
    ['is corrected for a clock at 1970', { timestamp: 0 }, 60, NOW - MINUTE],
    ["is corrected by the event's own sentAt", { timestamp: iso(NOW - 3e7), sentAt: iso(NOW - 3e7) }, iso(NOW), NOW],
    ['is not corrected by a sentAt that is no time', { timestamp: iso(NOW - MINUTE) }, 'now', NOW - MINUTE],
    [
      'is not corrected twice',
      { timestamp: iso(NOW - MINUTE), originalTimestamp: iso(NOW - 3e7) },
      iso(NOW - 3e7),
      NOW - MINUTE,
    ],
  ])('%s', (_, fields, sentAt, expected) => {
    expect(at(fields, sentAt)).toBe(expected);
  });

  test('that correction moves a day ahead is refused', () => {
    const sentAt = new Date(NOW - 3 * 86_400_000).toISOString();
    expect(parse([event({ timestamp: NOW })], { sentAt }).errors).toMatchObject([{ code: 'in-the-future' }]);
  });
});

describe('an event without a messageId', () => {
  const ids = (batch: unknown[], more = {}) => parse(batch, more).actions.map(({ id }) => id);
  const bare = (fields = {}) => event({ messageId: undefined, ...fields });

  test('has the same id when the request is repeated', () => {
    const first = ids([bare({ sentAt: '2026-07-01T11:59:00Z' })], { sentAt: '2026-07-01T11:59:00Z' });
    expect(ids([bare({ sentAt: '2026-07-01T11:59:30Z' })], { sentAt: '2026-07-01T11:59:30Z' })).toEqual(first);
  });

  test.each([
    ['user', { userId: 'u2' }],
    ['time', { timestamp: '2026-07-01T10:00:01Z' }],
    ['category', { properties: { category: 'hats' } }],
  ])('has another id for another %s', (_, fields) => {
    expect(new Set(ids([bare(), bare(fields)])).size).toBe(2);
  });

  test('is another action each time it stands in a request', () => {
    expect(new Set(ids([bare(), bare(), bare()])).size).toBe(3);
  });

  test('and without a time is another action when it comes again later', () => {
    const call = { userId: 'u1', event: 'Product Viewed' };
    const idAt = (receivedAt: number) => parseBody('track', call, { ...context, receivedAt });
    expect(idAt(NOW)).toMatchObject({ accepted: 1 });
    expect((idAt(NOW) as ParsedBody).actions[0]?.id).not.toBe((idAt(NOW + 1) as ParsedBody).actions[0]?.id);
  });
});

describe('a body', () => {
  test.each<[string, string, unknown]>([
    ['batch', 'not-an-object', []],
    ['batch', 'not-an-object', null],
    ['track', 'not-an-object', 'x'],
    ['batch', 'missing-batch', {}],
    ['batch', 'missing-batch', { batch: {} }],
    ['batch', 'too-many-events', { batch: Array(2_501).fill({}) }],
  ])('of %s is refused as %s', (call, code, body) => {
    expect(parseBody(call, body, context)).toEqual({ code, message: expect.any(String) });
  });

  test('may hold 2,500 events, or none', () => {
    expect(parse(Array.from({ length: 2_500 }, (_, n) => event({ messageId: `m${n}` })))).toMatchObject({
      accepted: 2_500,
    });
    expect(parse([])).toMatchObject({ received: 0, accepted: 0, actions: [], errors: [] });
  });

  test.each(['track', 'page', 'screen', 'identify', 'group', 'alias'])('of %s is one event of that type', (call) => {
    const { type: _, ...single } = event({});
    expect(parseBody(call, single, context)).toMatchObject({ received: 1, accepted: 1 });
  });
});
