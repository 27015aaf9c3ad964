/** Calls full of personal data, by every convention, right and wrong: none of it is in a table, a file or a log line. */
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { scanItems } from '../../../adapters/dynamo/scan.ts';
import { TABLES } from '../../../core/tables.ts';
import { createHandler } from '../../../functions/ingest/handler.ts';
import { startStore, type TestStore } from '../../support/store.ts';
import { createTracking } from '../../support/tracking.ts';

const NOW = Date.parse('2026-07-01T12:00:00Z');
const SHOPIFY_SECRET = 'shhh-shopify';
let store: TestStore;
let shop: ReturnType<typeof createTracking>;
beforeAll(async () => {
  store = await startStore();
  shop = createTracking(store.client, { now: NOW });
});
afterAll(() => store.stop());

/** Each is looked for in everything that was kept; `4111…` is the card that payment pages show. */
const PERSONAL = {
  email: 'erika.mustermann@privat.example',
  name: 'Erika Mustermann-Canary',
  firstName: 'Erika-Canary',
  lastName: 'Mustermann-Canary',
  phone: '+49 30 123456789',
  birthday: '1984-08-12-canary',
  address: { street: 'Heidestraße 17-canary', city: 'Köln-canary', postalCode: '51147-canary' },
  ip: '203.0.113.77',
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
  card: '4111111111111111',
  deviceToken: 'canary-device-token',
  url: 'https://shop.example/account?token=canary-token&email=erika.mustermann%40privat.example',
  referrer: 'https://mail.example/inbox/canary-referrer',
  title: 'Konto von Erika-Canary',
};
const NEEDLES = [
  ...Object.values(PERSONAL).flatMap((value) => (typeof value === 'string' ? [value] : Object.values(value))),
  'erika.mustermann',
  'privat.example',
  'customer-of-tests',
  'visitor-of-tests',
];

const context = {
  ip: PERSONAL.ip,
  userAgent: PERSONAL.userAgent,
  page: { url: PERSONAL.url, referrer: PERSONAL.referrer, title: PERSONAL.title, search: '?q=canary-token' },
  device: { token: PERSONAL.deviceToken, id: PERSONAL.deviceToken, advertisingId: PERSONAL.deviceToken },
  traits: PERSONAL,
  location: PERSONAL.address,
  consent: { categoryPreferences: { marketing: true, [PERSONAL.name]: true } },
};
const ids = { userId: 'customer-of-tests', anonymousId: 'visitor-of-tests' };
let number = 0;
const event = (type: string, more: object = {}) => ({
  type,
  ...ids,
  messageId: `m${number++}`,
  timestamp: '2026-07-01T10:00:00Z',
  context,
  traits: PERSONAL,
  integrations: { Mail: PERSONAL },
  ...more,
});
const properties = { ...PERSONAL, category: 'Shoes', products: [{ product_id: '7', category: 'Hats', ...PERSONAL }] };

const EVENTS = [
  event('identify'),
  event('page', { name: PERSONAL.title, properties }),
  event('screen', { name: PERSONAL.title, properties }),
  event('group', { groupId: PERSONAL.email }),
  event('alias', { previousId: ids.anonymousId }),
  event('track', { event: 'Product Viewed', properties }),
  event('track', { event: 'Order Completed', properties: { ...properties, order_id: PERSONAL.email, total: 9 } }),
  event('track', { event: 'Products Searched', properties: { query: PERSONAL.email } }),
  event('track', { event: 'Product List Viewed', properties: { category: PERSONAL.email } }),
  event('track', { event: 'Product Viewed', messageId: PERSONAL.email, properties }),
  event('track', { event: `Newsletter of ${PERSONAL.email}`, properties }),
  // Refused: the reject that is kept for the data engineer tells its shape alone.
  event('track', { event: 'Product Viewed', timestamp: PERSONAL.email, properties }),
  event('track', { event: 'Product Viewed', userId: { email: PERSONAL.email }, anonymousId: null, properties }),
  event(PERSONAL.name, { properties }),
  event('track', { event: { [PERSONAL.email]: PERSONAL.name }, properties }),
];

test('personal fields of any call are neither stored nor logged', async () => {
  const handler = createHandler(shop.deps);
  const headers = { 'user-agent': PERSONAL.userAgent, 'x-forwarded-for': PERSONAL.ip, referer: PERSONAL.referrer };
  const json = { ...headers, 'content-type': 'application/json' };
  const auth = { ...json, authorization: 'Bearer write' };
  const replies: unknown[] = [];
  const send = async (routeKey: string, body: string, more: object = {}) => {
    const reply = await shop.ask(handler, { routeKey, headers: auth, body, ...more });
    replies.push(reply);
    return reply;
  };

  expect((await send('POST /v1/batch', JSON.stringify({ batch: EVENTS, context }))).body.accepted).toBe(11);
  for (const one of EVENTS) {
    const route = ['track', 'identify', 'page', 'screen', 'group', 'alias'].includes(one.type) ? one.type : 'track';
    await send(`POST /v1/${route}`, JSON.stringify({ ...one, messageId: `single-${one.messageId}` }));
  }
  await send('POST /v1/import', EVENTS.map((one) => JSON.stringify(one)).join('\n'));
  await send('POST /v1/batch', `{"batch": [${JSON.stringify(EVENTS[0]).slice(0, -9)}`);
  const ga4 = { client_id: ids.anonymousId, user_id: ids.userId, user_properties: { mail: { value: PERSONAL.email } } };
  const params = { ...PERSONAL, items: [{ item_category: 'Hats', ...PERSONAL }], transaction_id: PERSONAL.email };
  for (const name of ['purchase', PERSONAL.name])
    await send('POST /mp/collect', JSON.stringify({ ...ga4, events: [{ name, params }] }), {
      headers: json,
      queryStringParameters: { measurement_id: 'G-1', api_secret: 'write' },
    });
  await shop.deps.rules.putWebhookSecret('shopify-shop', SHOPIFY_SECRET);
  const order = JSON.stringify({
    ...{ id: 1, email: PERSONAL.email, phone: PERSONAL.phone, created_at: '2026-07-01T10:00:00Z' },
    ...{ customer: { id: ids.userId, ...PERSONAL }, billing_address: PERSONAL.address, browser_ip: PERSONAL.ip },
    client_details: { user_agent: PERSONAL.userAgent },
    line_items: [{ title: PERSONAL.title, product_id: 7, price: '9.00', quantity: 1, vendor: PERSONAL.name }],
  });
  const hmac = createHmac('sha256', SHOPIFY_SECRET).update(order).digest('base64');
  await send('POST /v1/shopify/{source}', order, {
    pathParameters: { source: 'shopify-shop' },
    headers: {
      ...json,
      'x-shopify-topic': 'orders/create',
      'x-shopify-hmac-sha256': hmac,
      'x-shopify-webhook-id': 'w1',
    },
  });
  await shop.deps.ledger.flush();

  const kept: string[] = [];
  let actions = 0;
  for (const name of Object.keys(TABLES))
    for await (const item of scanItems(store.client, name)) {
      if (name === 'Actions') actions++;
      kept.push(`table ${name}: ${readable(item)}`);
    }
  for (const [name, bytes] of shop.files) kept.push(`${name}: ${Buffer.from(bytes).toString('utf8')}`);
  kept.push(...shop.logged.map((line) => `log: ${readable(line)}`));
  kept.push(...replies.map((reply) => `reply: ${readable(reply)}`));
  // What was sent is there, without what it was sent with.
  expect(actions).toBeGreaterThan(3);
  expect(kept.some((line) => line.includes('purchase:hats'))).toBe(true);
  expect(kept.some((line) => line.startsWith('table Sources'))).toBe(true);
  const found = kept.flatMap((line) =>
    NEEDLES.filter((needle) => line.includes(needle)).map((needle) => [needle, line]),
  );
  expect(found).toEqual([]);
});

/** Every text in a value, bytes as the text they may be. */
function readable(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (value instanceof Set || Array.isArray(value)) return [...value].map(readable).join(' ');
  if (value instanceof Error) return `${value.message} ${value.stack}`;
  if (typeof value === 'object' && value !== null)
    return Object.entries(value)
      .map(([name, inner]) => `${name} ${readable(inner)}`)
      .join(' ');
  return String(value);
}
