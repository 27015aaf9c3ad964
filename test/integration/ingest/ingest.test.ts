import { gzipSync } from 'node:zlib';
import { QueryCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ActionChunk } from '../../../core/ports/actions.ts';
import { StoreBusy } from '../../../core/ports/store-busy.ts';
import { createHandler } from '../../../functions/ingest/handler.ts';
import { startStore, type TestStore } from '../../support/store.ts';
import { createTracking } from '../../support/tracking.ts';

const NOW = Date.parse('2026-07-01T12:00:00Z');
let store: TestStore;
let shop: ReturnType<typeof createTracking>;

beforeAll(async () => {
  store = await startStore();
  shop = createTracking(store.client, { now: NOW });
});
afterAll(() => store.stop());

const event = (fields: Record<string, unknown>) => ({
  type: 'track',
  event: 'Product Viewed',
  timestamp: '2026-07-01T10:00:00Z',
  properties: { category: 'Shoes' },
  ...fields,
});
const batch = (events: unknown[], more = {}) => JSON.stringify({ batch: events, ...more });
const items = async (userId: string) => {
  const query = new QueryCommand({
    TableName: 'Actions',
    KeyConditionExpression: '#user = :user',
    ExpressionAttributeNames: { '#user': 'user' },
    ExpressionAttributeValues: { ':user': shop.deps.pseudonyms.pseudonym(userId) },
  });
  return (await store.client.send(query)).Items ?? [];
};

describe('a batch', () => {
  test('is stored as one item per user and day, under pseudonyms', async () => {
    const reply = await shop.post(
      'batch',
      batch([
        event({ userId: 'b1', messageId: '1' }),
        event({ userId: 'b1', messageId: '2', event: 'Order Completed', properties: { total: 9 } }),
        event({ userId: 'b1', messageId: '3', timestamp: '2026-06-30T10:00:00Z' }),
        event({ userId: 'b2', messageId: '4' }),
        event({ userId: {}, messageId: '5' }),
      ]),
    );
    expect(reply).toMatchObject({
      status: 200,
      body: {
        success: true,
        received: 5,
        accepted: 4,
        errors: [{ index: 4, messageId: '5', code: 'bad-user-id', message: expect.any(String) }],
      },
    });
    expect((await items('b1')).map(({ dayChunk }) => dayChunk.slice(0, 10)).sort()).toEqual([
      '2026-06-30',
      '2026-07-01',
    ]);
    expect((await shop.read('b1')).map(({ id, word, source }) => [id, word, source])).toEqual([
      ['3', 'view:shoes', 'website'],
      ['2', 'purchase', 'website'],
      ['1', 'view:shoes', 'website'],
    ]);
    const user = await shop.user('b1');
    expect(user).toMatchObject({ firstActionDay: '2026-06-30', lastActionDay: '2026-07-01' });
    expect(shop.deps.pseudonyms.decrypt(user!.encryptedId)).toBe('b1');
    expect(JSON.stringify(await store.client.send(new ScanCommand({ TableName: 'Users' })))).not.toContain('"b1"');
  });

  test('sent again, later and in another order, adds nothing', async () => {
    const events = [event({ userId: 'r1', messageId: '1' }), event({ userId: 'r1' }), event({ userId: 'r1' })];
    await shop.post('batch', batch(events, { sentAt: '2026-07-01T12:00:00Z' }));
    const before = await items('r1');
    shop.clock.now = NOW + 3_600_000;
    await shop.post('batch', batch(events.reverse(), { sentAt: '2026-07-01T13:00:00Z' }));
    shop.clock.now = NOW;
    expect(await items('r1')).toEqual(before);
    expect(await shop.read('r1')).toHaveLength(3);
  });

  test('sent again with a corrected clock, so that it falls on another day, doubles nothing', async () => {
    // 22:00 UTC is midnight in the shop; the client's clock is an hour late, and each try reads it anew.
    const send = (receivedAt: number) => {
      shop.clock.now = receivedAt;
      const sentAt = new Date(receivedAt - 3_600_000 - (receivedAt - NOW) / 60).toISOString();
      return shop.post(
        'batch',
        batch([event({ userId: 'd1', messageId: '1', timestamp: '2026-06-30T20:59:59Z' })], { sentAt }),
      );
    };
    await send(NOW);
    await send(NOW + 600_000);
    shop.clock.now = NOW;
    expect(await shop.read('d1')).toHaveLength(1);
  });

  test('with the same event as another batch had stores it once for the reader', async () => {
    const same = event({ userId: 'o1', messageId: '1' });
    await shop.post('batch', batch([same, event({ userId: 'o1', messageId: '2' })]));
    await shop.post('batch', batch([same, event({ userId: 'o1', messageId: '3' })]));
    expect((await shop.read('o1')).map(({ id }) => id)).toEqual(['1', '2', '3']);
  });

  test('of one user that fills several items is stored whole', async () => {
    const products = Array.from({ length: 900 }, (_, n) => ({ category: `${n}` }));
    const orders = Array.from({ length: 14 }, (_, n) =>
      event({ userId: 'big', messageId: `${n}`.padEnd(256, 'm'), event: 'Order Completed', properties: { products } }),
    );
    expect(await shop.post('batch', batch(orders))).toMatchObject({ status: 200, body: { accepted: 14 } });
    expect((await items('big')).length).toBeGreaterThan(1);
    expect(await shop.read('big')).toHaveLength(14 * 900);
  });

  test('of refused events, or of none, is answered 200 and stores nothing', async () => {
    expect(await shop.post('batch', batch([]))).toMatchObject({ status: 200, body: { received: 0, accepted: 0 } });
    expect(await shop.post('batch', batch([1, event({ userId: 'n'.repeat(999) })]))).toMatchObject({
      status: 200,
      body: { received: 2, accepted: 0, errors: [{ code: 'not-an-object' }, { code: 'user-id-too-long' }] },
    });
  });

  test('expires with the retention of the shop', async () => {
    const keeping = createTracking(store.client, { now: NOW, retentionDays: 30 });
    await keeping.post('batch', batch([event({ userId: 'e1', messageId: '1' })]));
    expect(await items('e1')).toMatchObject([{ expires: Date.parse('2026-08-02T00:00:00Z') / 1000 }]);
    expect(await keeping.read('e1')).toHaveLength(1);
    keeping.clock.now = Date.parse('2026-08-02T00:00:01Z');
    expect(await keeping.read('e1')).toEqual([]);
  });
});

describe('a call', () => {
  test.each(['track', 'identify', 'page', 'screen', 'group', 'alias'])('of %s is answered 200', async (call) => {
    const { type: _, ...single } = event({ userId: 'c1', messageId: call });
    expect(await shop.post(call, JSON.stringify(single))).toMatchObject({
      status: 200,
      body: { received: 1, accepted: 1 },
    });
  });

  test('is accepted however clients wrap it', async () => {
    const body = JSON.stringify({ ...event({ userId: 'w1' }), writeKey: 'write' });
    const basic = `Basic ${Buffer.from('write:').toString('base64')}`;
    const tries: [string | Buffer, Record<string, string>][] = [
      [body, { 'content-type': 'text/plain' }],
      [body, { 'content-type': 'application/x-www-form-urlencoded', authorization: basic }],
      [gzipSync(body), { 'content-encoding': 'gzip', Authorization: basic }],
      [`\ufeff${body}`, {}],
    ];
    for (const [sent, headers] of tries) expect((await shop.post('track', sent, headers)).status).toBe(200);
    expect(await shop.read('w1')).toHaveLength(1);
  });

  test('of a user id in any script is read back by it', async () => {
    for (const userId of ['ü', '用户', '0007', ' x ', '~x', '😀'.repeat(64), '__proto__', 'a/b?c#d%20']) {
      expect((await shop.post('page', JSON.stringify({ userId }))).body).toMatchObject({ accepted: 1 });
      expect((await shop.list(userId)).body.actions).toHaveLength(1);
    }
  });
});

describe('a body that cannot be taken', () => {
  test.each<[string, string | Buffer, string]>([
    ['is empty', '', 'unreadable-body'],
    ['is no JSON', '{"batch":[', 'unreadable-body'],
    ['is a form', 'a=b', 'unreadable-body'],
    ['is Latin-1', Buffer.from('{"userId":"ü"}', 'latin1'), 'unreadable-body'],
    ['is UTF-16', Buffer.from('\ufeff{"batch":[]}', 'utf16le'), 'unreadable-body'],
    ['is an array', '[]', 'not-an-object'],
    ['is null', 'null', 'not-an-object'],
    ['has no batch', '{}', 'missing-batch'],
    ['has a batch that is none', '{"batch":{"length":1}}', 'missing-batch'],
    ['has 2,501 events', batch(Array(2_501).fill(1)), 'too-many-events'],
    ['is over 500 KB', batch(['x'.repeat(512_000)]), 'body-too-large'],
  ])('because it %s is answered 400 as %s, in the form of the convention', async (_, body, code) => {
    expect(await shop.post('batch', body)).toMatchObject({
      status: 400,
      body: { success: false, code, message: expect.any(String) },
    });
  });

  test('is answered though it is nested 200,000 levels deep', async () => {
    const reply = await shop.post('batch', `{"batch":[${'['.repeat(200_000)}${']'.repeat(200_000)}]}`);
    expect(reply.status).toBeLessThan(500);
  });

  test.each<[string, Record<string, string>, string]>([
    ['no key', {}, '{"batch":[]}'],
    ['an unknown key', { authorization: 'Bearer nope' }, '{"batch":[]}'],
    ['an unknown writeKey', {}, '{"batch":[],"writeKey":"nope"}'],
    ['a writeKey that is no text', {}, '{"batch":[],"writeKey":{}}'],
  ])('with %s is answered 401', async (_, headers, body) => {
    expect(await shop.post('batch', body, headers)).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': expect.any(String) },
      body: { success: false, code: expect.stringMatching(/-key$/) },
    });
  });

  test('with a key that may only read is answered 403', async () => {
    expect((await shop.post('batch', '{"batch":[]}', { authorization: 'Bearer read' })).status).toBe(403);
  });
});

describe('while the store is busy', () => {
  const busyAt = (step: 'put' | 'touch') => {
    const calls: string[] = [];
    let failing = true;
    const guard =
      <A extends unknown[], R>(name: string, work: (...args: A) => Promise<R>) =>
      async (...args: A): Promise<R> => {
        calls.push(name);
        if (failing && name === step) throw new StoreBusy();
        return work(...args);
      };
    const handler = createHandler({
      ...shop.deps,
      actions: { put: guard('put', (chunk: ActionChunk) => shop.deps.actions.put(chunk)) },
      users: {
        touch: guard('touch', (touch: Parameters<typeof shop.deps.users.touch>[0]) => shop.deps.users.touch(touch)),
      },
    });
    const send = (userId: string) =>
      shop.ask(handler, {
        routeKey: 'POST /v1/track',
        headers: { authorization: 'Bearer write' },
        body: JSON.stringify(event({ userId, messageId: '1' })),
      });
    return { calls, send, recover: () => (failing = false) };
  };

  test('the client is told when to come back, and no user is touched before the actions are stored', async () => {
    const { calls, send } = busyAt('put');
    expect(await send('s1')).toMatchObject({
      status: 429,
      headers: { 'retry-after': '1' },
      body: { success: false, code: 'busy' },
    });
    expect(calls).toEqual(['put']);
    expect(await shop.user('s1')).toBeUndefined();
  });

  test('a retry after a failure between the two steps touches the user', async () => {
    const { calls, send, recover } = busyAt('touch');
    expect((await send('s2')).status).toBe(429);
    recover();
    expect((await send('s2')).status).toBe(200);
    expect(calls).toEqual(['put', 'touch', 'put', 'touch']);
    expect(await shop.user('s2')).toMatchObject({ lastActionDay: '2026-07-01' });
    expect(await shop.read('s2')).toHaveLength(1);
  });
});

test('nothing that a user sent stands in the log', async () => {
  expect(JSON.stringify(shop.logged)).not.toMatch(/shoes|"s1"|"s2"/i);
});
