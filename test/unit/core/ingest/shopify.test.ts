import { expect, test } from '@jest/globals';
import { parseEvents } from '../../../../core/ingest/parse.ts';
import { createRules } from '../../../../core/ingest/rules.ts';
import { shopifyEvents } from '../../../../core/ingest/shopify.ts';
import { zoneOf } from '../../../../core/time.ts';

/** As Shopify sends it, personal fields and all. */
const order = {
  id: 820982911946154500,
  email: 'jon@example.com',
  created_at: '2026-06-30T12:00:00-04:00',
  cancelled_at: '2026-07-01T02:00:00-04:00',
  checkout_token: 'tok',
  total_price: '30.00',
  customer: { id: 115310627314723950, email: 'jon@example.com', first_name: 'Jon' },
  shipping_address: { address1: '123 Elm St.' },
  line_items: [
    { product_id: 788032119674292900, variant_id: 11, sku: 'S-1', price: '10.00', quantity: 2, title: 'Shoe' },
    { product_id: 2, sku: '', price: '10.00', quantity: 1, product_type: 'Hats' },
  ],
};
const parse = (topic: string, body: unknown, webhookId?: string) =>
  parseEvents(shopifyEvents(topic, webhookId, body), {
    receivedAt: Date.parse('2026-07-01T12:00:00Z'),
    zone: zoneOf('UTC'),
    rules: createRules({ 'orders/paid': 'purchase' }, new Map([['S-1', 'shoes']])),
  });

const small = { ...order, customer: { id: 7 } };

test.each<[string, unknown, [string, number | undefined][]]>([
  [
    'orders/create',
    small,
    [
      ['purchase:shoes', 20],
      ['purchase:hats', 10],
    ],
  ],
  [
    'orders/cancelled',
    small,
    [
      ['refund:shoes', 20],
      ['refund:hats', 10],
    ],
  ],
  [
    'orders/paid',
    small,
    [
      ['purchase:shoes', 20],
      ['purchase:hats', 10],
    ],
  ],
  ['orders/updated', small, []],
  ['checkouts/create', { token: 't', created_at: order.created_at, total_price: '5' }, [['checkout', 5]]],
])('%s is what the shop did (%#)', (topic, body, expected) => {
  const [event] = parse(topic, body, 'w1').events;
  expect(event?.actions.map(({ word, value }) => [word, value])).toEqual(expected);
});

test('an order belongs to its customer, a guest’s to the checkout, and has the id of its webhook', () => {
  const [event] = parse('orders/create', small, 'w1').events;
  expect(event).toMatchObject({
    userId: '7',
    time: { at: Date.parse('2026-06-30T16:00:00Z') },
  });
  expect(event?.actions.map(({ id }) => id)).toEqual(['w1#1', 'w1#2']);
  expect(parse('orders/create', { ...order, customer: null }).events[0]?.userId).toBe('tok');
});

test('a cancellation happened when it was cancelled', () => {
  expect(parse('orders/cancelled', small).events[0]?.time.at).toBe(Date.parse('2026-07-01T06:00:00Z'));
});

test('nothing personal of an order is in its actions', () => {
  expect(JSON.stringify(parse('orders/create', small).events.map(({ actions }) => actions))).not.toMatch(/jon|elm/i);
});

test.each([[null], [[]], ['x'], [{}], [{ customer: 'x', line_items: 'y' }]])('%j is refused', (body) => {
  expect(parse('orders/create', body).errors).toHaveLength(1);
});
