/**
 * Webhooks of Shopify as tracking events: https://shopify.dev/docs/api/webhooks. The topic is the event's name, so that a
 * shop may map it to another action type like any name.
 */
import { isObject } from './event.ts';
import type { SentEvents } from './parse.ts';

/** Which moment of its body a topic tells of; `created_at` for others. */
const MOMENTS: Record<string, string> = { 'orders/cancelled': 'cancelled_at', 'orders/paid': 'processed_at' };

/**
 * @param topic `X-Shopify-Topic`
 * @param webhookId `X-Shopify-Webhook-Id`: the same in each delivery of one webhook
 */
export function shopifyEvents(topic: string, webhookId: string | undefined, body: unknown): SentEvents {
  if (!isObject(body)) return { events: [body], type: 'track' };
  const customer = isObject(body.customer) ? body.customer : {};
  const lines = Array.isArray(body.line_items) ? body.line_items : [];
  const event = {
    type: 'track',
    event: topic,
    messageId: webhookId,
    userId: customer.id,
    // A guest has no customer: the checkout is all that is known of who it was.
    anonymousId: body.checkout_token ?? body.token ?? body.cart_token,
    timestamp: body[MOMENTS[topic] ?? 'created_at'] ?? body.created_at,
    properties: {
      total: body.total_price,
      ...(lines.length > 0 && { products: lines.map((line) => (isObject(line) ? productOf(line) : line)) }),
    },
  };
  return { events: [event], type: 'track' };
}

function productOf(line: Record<string, unknown>): Record<string, unknown> {
  return {
    product_id: line.product_id,
    variant_id: line.variant_id,
    sku: line.sku,
    category: line.product_type || undefined,
    price: line.price,
    quantity: line.quantity,
  };
}
