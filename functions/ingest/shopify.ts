/** Shopify's webhooks: https://shopify.dev/docs/apps/build/webhooks/subscribe/https */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { shopifyEvents } from '../../core/ingest/shopify.ts';
import { type ApiRequest, Problem, problemReply } from '../http/api.ts';
import { readJson } from '../http/json.ts';
import type { Convention } from './convention.ts';

/** An order of Shopify has at most 500 lines. */
const BODY_LIMIT = 2 * 1024 * 1024;

export const shopify: Convention = {
  bodyLimit: BODY_LIMIT,
  async read(request, { rules }) {
    const source = request.path.source ?? '';
    const secret = await rules.webhookSecret(source);
    // One answer for both, so that nobody learns which sources there are.
    if (!secret || !isSigned(request, secret)) {
      throw new Problem(401, 'bad-signature', 'X-Shopify-Hmac-Sha256 is not that of this body and source');
    }
    // The signature is this request's key.
    request.key = { id: `webhook-${source}`, scope: 'write', name: 'Shopify', source };
    const topic = request.headers['x-shopify-topic'];
    if (!topic) throw new Problem(400, 'missing-topic', 'the header X-Shopify-Topic is missing');
    const webhookId = request.headers['x-shopify-webhook-id'] || undefined;
    return shopifyEvents(topic, webhookId, readJson(request));
  },
  // 200 for a refused event too: Shopify would send it for two days and then end the subscription.
  answer: ({ parsed: { received, events, errors } }) => ({
    status: 200,
    body: { received, accepted: events.length, errors: errors.map(({ code, message }) => ({ code, message })) },
  }),
  tell: problemReply,
};

/** The HMAC is of the bytes as they came. */
function isSigned({ headers, body }: ApiRequest, secret: string): boolean {
  const given = Buffer.from(headers['x-shopify-hmac-sha256'] ?? '', 'base64');
  const expected = createHmac('sha256', secret).update(body).digest();
  return given.length === expected.length && timingSafeEqual(given, expected);
}
