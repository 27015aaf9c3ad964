/** Clients that do not speak Segment's API, over a real store. */
import { createHmac } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
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

const words = async (userId: string) => (await shop.read(userId)).map(({ word }) => word);

describe("GA4's Measurement Protocol", () => {
  const query = { measurement_id: 'G-1', api_secret: 'write' };
  const ga4 = (path: string, body: unknown, queryStringParameters: Record<string, string> = query) =>
    shop.ask(createHandler(shop.deps), {
      routeKey: `POST ${path}`,
      queryStringParameters,
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const bought = (user: string, more = {}) => ({
    client_id: 'c',
    user_id: user,
    events: [
      { name: 'purchase', params: { transaction_id: 'T1', items: [{ item_category: 'Hats', price: 3 }] }, ...more },
    ],
  });

  test('is answered 204, stored, and stored once', async () => {
    expect(await ga4('/mp/collect', bought('g1'))).toMatchObject({ status: 204, body: undefined });
    expect((await ga4('/mp/collect', bought('g1'))).status).toBe(204);
    expect(await words('g1')).toEqual(['purchase:hats']);
  });

  test('is answered 204 for events that cannot be taken, which the debug route explains and does not store', async () => {
    expect((await ga4('/mp/collect', bought('g2', { timestamp_micros: 'max@example.com' }))).status).toBe(204);
    const debug = await ga4('/debug/mp/collect', bought('g2', { timestamp_micros: 'max@example.com' }));
    expect(debug).toMatchObject({
      status: 200,
      body: { validationMessages: [{ fieldPath: 'timestamp_micros', validationCode: 'VALUE_INVALID' }] },
    });
    expect(JSON.stringify(debug.body)).not.toContain('example.com');
    expect((await ga4('/debug/mp/collect', bought('g2'))).body).toEqual({ validationMessages: [] });
    expect(await words('g2')).toEqual([]);
  });

  test.each<[string, unknown, Record<string, string>, number]>([
    ['no secret', bought('g3'), { measurement_id: 'G-1' }, 401],
    ['a wrong secret', bought('g3'), { ...query, api_secret: 'x' }, 401],
    ['a secret that may only read', bought('g3'), { ...query, api_secret: 'read' }, 403],
    ['no measurement', bought('g3'), { api_secret: 'write' }, 400],
    ['no JSON', '{', query, 400],
    ['26 events', { client_id: 'c', events: Array(26).fill({ name: 'x' }) }, query, 400],
    ['over 130 KB', `"${'x'.repeat(140_000)}"`, query, 413],
  ])('with %s is refused in its own form', async (_, body, parameters, status) => {
    expect(await ga4('/mp/collect', body, parameters)).toMatchObject({
      status,
      body: { validationMessages: [{ description: expect.any(String), validationCode: expect.any(String) }] },
    });
    expect(await words('g3')).toEqual([]);
  });
});

describe('webhooks of Shopify', () => {
  const SECRET = 'shpss_0123456789abcdef';
  const order = (customer: number) => ({
    created_at: '2026-07-01T10:00:00+02:00',
    customer: { id: customer },
    line_items: [{ product_id: 7, price: '10.00', quantity: 2 }],
  });
  const deliver = (body: string | Buffer, headers: Record<string, string> = {}, source = 'shopify-de') =>
    shop.ask(createHandler(shop.deps), {
      routeKey: 'POST /v1/shopify/{source}',
      pathParameters: { source },
      headers: {
        'X-Shopify-Topic': 'orders/create',
        'X-Shopify-Webhook-Id': 'w1',
        'X-Shopify-Hmac-Sha256': createHmac('sha256', SECRET).update(body).digest('base64'),
        ...headers,
      },
      body: Buffer.from(body).toString('base64'),
      isBase64Encoded: true,
    });

  beforeAll(async () => {
    const set = await shop.settings('PUT /v1/sources/{source}', {
      pathParameters: { source: 'shopify-de' },
      json: { shopify: { secret: SECRET } },
    });
    expect(set).toMatchObject({ status: 200, body: { source: 'shopify-de', shopify: true } });
    expect(JSON.stringify(set.body)).not.toContain(SECRET);
  });

  test('that are signed are stored under their source, each once by its id', async () => {
    const body = JSON.stringify(order(101));
    expect(await deliver(body)).toMatchObject({ status: 200, body: { received: 1, accepted: 1, errors: [] } });
    expect((await deliver(body)).status).toBe(200);
    expect(await shop.read('101')).toMatchObject([
      { word: 'purchase', source: 'shopify-de', value: 20, quantity: 2, id: 'w1' },
    ]);
  });

  test.each<[string, Record<string, string>, string]>([
    ['a wrong signature', { 'X-Shopify-Hmac-Sha256': 'AAAA' }, 'shopify-de'],
    ['no signature', { 'X-Shopify-Hmac-Sha256': '' }, 'shopify-de'],
    ['a source that has no secret', {}, 'other'],
  ])('with %s are refused alike', async (_, headers, source) => {
    expect(await deliver(JSON.stringify(order(102)), headers, source)).toMatchObject({
      status: 401,
      headers: { 'content-type': 'application/problem+json' },
      body: { type: 'urn:buy-timing:problem:bad-signature' },
    });
    expect(await words('102')).toEqual([]);
  });

  test('of a body changed on the way are refused', async () => {
    const signed = createHmac('sha256', SECRET)
      .update(JSON.stringify(order(102)))
      .digest('base64');
    expect((await deliver(JSON.stringify(order(103)), { 'X-Shopify-Hmac-Sha256': signed })).status).toBe(401);
  });

  test('without a user are answered 200, since Shopify would send them for two days, and say why', async () => {
    expect(await deliver(JSON.stringify({ ...order(1), customer: null }))).toMatchObject({
      status: 200,
      body: { received: 1, accepted: 0, errors: [{ code: 'missing-user-id' }] },
    });
  });

  test('end when the secret is taken away', async () => {
    await shop.settings('PUT /v1/sources/{source}', {
      pathParameters: { source: 'shopify-de' },
      json: { shopify: null },
    });
    expect((await deliver(JSON.stringify(order(104)))).status).toBe(401);
  });
});

describe('a bulk import', () => {
  const line = (fields: Record<string, unknown>) =>
    JSON.stringify({ type: 'view', category: 'Shoes', time: '2026-06-01T10:00:00Z', ...fields });
  const send = (body: string | Buffer, headers: Record<string, string> = {}) =>
    shop.post('import', body, { authorization: 'Bearer write', ...headers });

  test('tells of each line what became of it', async () => {
    const text = [line({ user: 'i1', id: 1 }), '', 'x', line({ user: 'i1', id: 2 }), line({ user: '' })].join('\n');
    expect(await send(text)).toMatchObject({
      status: 200,
      body: {
        success: true,
        received: 4,
        accepted: 2,
        duplicates: 0,
        errors: [
          { index: 1, line: 3, code: 'not-json' },
          { index: 3, line: 5, code: 'missing-user-id' },
        ],
        results: [
          { line: 1, status: 'accepted' },
          { line: 3, status: 'refused' },
          { line: 4, status: 'accepted' },
          { line: 5, status: 'refused' },
        ],
      },
    });
    expect((await send(text)).body).toMatchObject({ accepted: 2, duplicates: 2 });
    expect(await words('i1')).toEqual(['view:shoes', 'view:shoes']);
  });

  test('answers line by line if asked to, and takes gzip', async () => {
    const reply = await send(gzipSync(line({ user: 'i2' })), {
      'content-encoding': 'gzip',
      accept: 'application/x-ndjson',
    });
    expect(reply.headers['content-type']).toBe('application/x-ndjson');
    expect(JSON.parse(reply.body)).toEqual({ line: 1, status: 'accepted' });
  });

  test.each<[string, string, string]>([
    ['over 4 MB', 'x'.repeat(4 * 1024 * 1024 + 1), 'body-too-large'],
    ['of more than 20,000 lines', '1\n'.repeat(20_001), 'too-many-events'],
    ['of nothing', '', 'unreadable-body'],
  ])('%s is refused', async (_, body, code) => {
    expect(await send(body)).toMatchObject({ status: 400, body: { success: false, code } });
  });

  test('that takes too long leaves the rest to another, and says which lines', async () => {
    let now = NOW;
    const handler = createHandler({ ...shop.deps, clock: () => (now += 6_000) });
    const lines = Array.from({ length: 40 }, (_, n) => line({ user: `late${n}` })).join('\n');
    const { status, body } = await shop.ask(handler, {
      routeKey: 'POST /v1/import',
      headers: { authorization: 'Bearer write' },
      body: lines,
    });
    expect(status).toBe(200);
    expect(body.errors.length).toBeGreaterThan(0);
    expect(body.accepted).toBe(40 - body.errors.length);
    expect(body.errors[0]).toMatchObject({ code: 'not-in-time', line: expect.any(Number) });
    for (const { line: number } of body.errors) expect(await words(`late${number - 1}`)).toEqual([]);
  });
});

describe('what the shop says of its events', () => {
  const track = (event: string, properties: unknown, userId: string) =>
    shop.post('track', JSON.stringify({ userId, event, properties, messageId: event }));

  test('names them, from the next request on', async () => {
    const types = { 'Artikel gekauft': 'purchase', 'Order Completed': null };
    expect(await shop.settings('PUT /v1/event-types', { json: types })).toMatchObject({ status: 200, body: types });
    expect((await shop.settings('GET /v1/event-types')).body).toEqual(types);
    await track('Artikel gekauft', {}, 'n1');
    await track('Order Completed', {}, 'n1');
    expect(await words('n1')).toEqual(['purchase']);
  });

  test.each<[string, string | undefined, unknown]>([
    ['CSV', 'text/csv', '\ufeffProduct_ID;Category\np1;Schuhe/Laufen\n"S;2";Hüte\n'],
    [
      'rows',
      undefined,
      [
        { product_id: 'p1', category: 'Schuhe/Laufen' },
        { sku: 'S;2', category: 'Hüte' },
      ],
    ],
    ['an object', undefined, { p1: 'Schuhe/Laufen', 'S;2': 'Hüte' }],
  ])('gives products a category, by a catalogue as %s', async (name, type, body) => {
    const put = await shop.settings('PUT /v1/catalog', {
      headers: { authorization: 'Bearer admin', ...(type && { 'content-type': type }) },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    expect(put).toMatchObject({ status: 200, body: { products: 2, updatedAt: '2026-07-01T12:00:00.000Z' } });
    await track('Product Added', { products: [{ product_id: 'p1' }, { sku: 'S;2' }, { sku: 'x' }] }, `cat-${name}`);
    expect((await words(`cat-${name}`)).sort()).toEqual(['cart', 'cart:hüte', 'cart:schuhe/laufen']);
    const csv = await shop.settings('GET /v1/catalog', {
      headers: { authorization: 'Bearer read', accept: 'text/csv' },
    });
    expect(csv.body).toBe('product_id,category\np1,schuhe/laufen\nS;2,hüte\n');
  });

  test.each<[string, string, unknown, string]>([
    ['event-types', 'a type that is none', { Kauf: 'buy' }, '#/Kauf'],
    ['event-types', 'a name twice', { 'a b': 'view', 'B A': 'cart' }, '#/B A'],
    ['event-types', 'no object', [], '#'],
    ['catalog', 'a product without a category', { p1: '' }, '#/p1'],
    ['catalog', 'a row without a product', [{ category: 'x' }], '#/0'],
    ['catalog', 'CSV without a heading', 'p1,shoes\np2,hats', '#'],
    ['traffic', 'a network that is none', { internal: ['10.0.0.0/64'] }, '#/internal/0'],
    ['traffic', 'a rate of none', { eventsPerMinute: 0 }, '#/eventsPerMinute'],
    ['traffic', 'a field that is none', { robots: true }, '#/robots'],
  ])('is refused for %s with %s, and stays as it was', async (path, _, body, pointer) => {
    const before = (await shop.settings(`GET /v1/${path}`)).body;
    const reply = await shop.settings(`PUT /v1/${path}`, {
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    expect(reply).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
    expect((await shop.settings(`GET /v1/${path}`)).body).toEqual(before);
  });

  test('drops its own people and bots, which the client is not told and the sources count', async () => {
    await shop.settings('PUT /v1/traffic', { json: { internal: ['192.0.2.0/24'] } });
    const event = (context: unknown) => ({ type: 'track', userId: 'own', event: 'purchase', context });
    const events = [event({ ip: '192.0.2.9' }), event({ userAgent: 'Googlebot/2.1' }), event({ ip: '198.51.100.1' })];
    const reply = await shop.post('batch', JSON.stringify({ batch: events }));
    expect(reply.body).toMatchObject({ received: 3, accepted: 3, errors: [] });
    expect(await words('own')).toEqual(['purchase']);
    const { sources } = (await shop.settings('GET /v1/sources')).body;
    expect(sources.find(({ source }: { source: string }) => source === 'website').dropped).toEqual({
      bot: 1,
      internal: 1,
    });
  });
});
