import { setTimeout as sleep } from 'node:timers/promises';
import { invoke, MAX_PAYLOAD_BYTES, refuseHead, toReply } from '../../../local/gateway.ts';
import { matchRoute, toEvent } from '../../../local/gateway-event.ts';

const event = toEvent(
  {
    method: 'GET',
    url: '/health',
    rawHeaders: [],
    body: Buffer.alloc(0),
    protocol: 'HTTP/1.1',
    sourceIp: '127.0.0.1',
    requestId: 'r1',
    time: 0,
  },
  matchRoute('GET', '/health')!,
);

describe('the way of a result to the client', () => {
  test.each([
    ['a structured result', { statusCode: 201, headers: { 'X-A': '1' }, body: 'a' }, 201, 'a'],
    ['a base64 body', { statusCode: 200, body: Buffer.from('ÿ').toString('base64'), isBase64Encoded: true }, 200, 'ÿ'],
    ['an object without statusCode', { a: 1 }, 200, '{"a":1}'],
    ['a text', 'hello', 200, 'hello'],
    ['nothing', undefined, 200, ''],
    ['no body', { statusCode: 204 }, 204, ''],
  ])('%s', (_, result, status, body) => {
    const reply = toReply(result);
    expect(reply.status).toBe(status);
    expect(reply.body.toString()).toBe(body);
  });

  test('header names are lower-cased, cookies become set-cookie', () => {
    const reply = toReply({
      statusCode: 200,
      headers: { 'Content-Type': 'text/csv', Age: 3 },
      cookies: ['a=1', 'b=2'],
    });
    expect(reply.headers).toEqual({ 'content-type': 'text/csv', age: '3', 'set-cookie': ['a=1', 'b=2'] });
  });

  test('a result over 6 MB is refused, one just below goes out', () => {
    expect(() => toReply({ statusCode: 200, body: 'a'.repeat(MAX_PAYLOAD_BYTES) })).toThrow(/over/);
    expect(toReply({ statusCode: 200, body: 'a'.repeat(MAX_PAYLOAD_BYTES - 100) }).status).toBe(200);
  });
});

describe('the call of a handler', () => {
  test('one that throws answers 500 without internals, and is reported', async () => {
    const seen: unknown[] = [];
    const reply = await invoke(
      () => Promise.reject(new Error('secret')),
      event,
      (error, id) => seen.push([(error as Error).message, id]),
    );
    expect([reply.status, reply.body.toString()]).toEqual([500, '{"message":"Internal Server Error"}']);
    expect(seen).toEqual([['secret', 'r1']]);
  });

  test('one that takes too long answers 503', async () => {
    const reply = await invoke(
      () => sleep(5_000, {}, { ref: false }),
      event,
      () => {},
      20,
    );
    expect([reply.status, reply.body.toString()]).toEqual([503, '{"message":"Service Unavailable"}']);
  });

  test('gets the time that remains', async () => {
    let remaining = 0;
    const handler = async (_: unknown, context: { getRemainingTimeInMillis(): number }) => {
      remaining = context.getRemainingTimeInMillis();
    };
    await invoke(handler, event, () => {}, 1_000);
    expect(remaining).toBeGreaterThan(900);
    expect(remaining).toBeLessThanOrEqual(1_000);
  });
});

describe('the limit of request line and headers', () => {
  test.each([
    [10_000, 240, undefined],
    [10_000, 241, 431],
    [10_240, 0, undefined],
    [10_241, 0, 414],
    [100, 20_000, 431],
  ])('a line of %d and values of %d bytes', (line, values, status) => {
    expect(refuseHead('x'.repeat(line), ['name', 'v'.repeat(values)])?.status).toBe(status);
  });
});
