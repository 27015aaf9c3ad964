import * as z from 'zod';
import { cursorQuery, instant, limitQuery, next, pseudonym, wholeNumber } from '../../http/schemas.ts';
import type { DeliveriesReply, ReplayReply, WebhookRequest, WebhooksReply } from '../../webhooks/reply.ts';
import { WEBHOOK_KINDS } from '../../webhooks/reply.ts';
import type { Contracts } from '../contract.ts';
import { eventType } from './schemas.ts';

const webhookPath = z.object({ id: z.string().min(1) });
const kind = z.enum(WEBHOOK_KINDS).meta({
  description: 'webhook: signed as Standard Webhooks say; segment: a Segment track call.',
});

const request: z.ZodType<WebhookRequest> = z
  .strictObject({
    url: z.string().meta({ description: 'https, and no private address.', examples: ['https://shop.example/hook'] }),
    kind: kind.optional(),
    events: z.array(eventType).min(1).optional(),
    ids: z.boolean().optional().meta({ description: "Whether messages hold the shop's own ids." }),
    writeKey: z.string().optional().meta({ description: 'Of kind segment: its write key.' }),
  })
  .meta({ id: 'WebhookRequest' });

const webhook = z
  .object({ id: z.string(), url: z.string(), kind, events: z.array(eventType), ids: z.boolean(), createdAt: instant })
  .meta({ id: 'Webhook' });

const webhooksReply: z.ZodType<WebhooksReply> = z.object({ webhooks: z.array(webhook) }).meta({ id: 'Webhooks' });

const delivery = z
  .object({
    event: z.string().meta({ description: 'Id of the event, sent as webhook-id.' }),
    type: eventType,
    user: pseudonym,
    state: z.enum(['waiting', 'delivered', 'dead']).meta({
      description: 'dead: not taken for 24 hours; replay tries again.',
    }),
    attempts: wholeNumber,
    outcome: z.string().nullable().meta({ description: 'What came of the last attempt: 200, timeout, redirect …' }),
    at: instant,
    triedAt: instant.nullable(),
    nextAt: instant.nullable(),
  })
  .meta({ id: 'Delivery' });

const deliveriesReply: z.ZodType<DeliveriesReply> = z
  .object({ deliveries: z.array(delivery).meta({ description: 'Open ones first, then the newest first.' }), next })
  .meta({ id: 'Deliveries' });

const replayReply: z.ZodType<ReplayReply> = z.object({ replayed: wholeNumber }).meta({ id: 'Replay' });
const unknown = { 404: { 'unknown-webhook': 'There is no webhook of this id.' } };

export const contracts: Contracts = {
  'GET /v1/webhooks': {
    tag: 'Settings',
    summary: 'Webhooks',
    replies: { 200: { description: 'All of them.', json: webhooksReply } },
  },
  'POST /v1/webhooks': {
    tag: 'Settings',
    summary: 'Register a webhook',
    body: request,
    replies: {
      201: {
        description: 'The webhook; its secret is shown this once.',
        json: webhook.extend({ secret: z.string().optional() }).meta({ id: 'CreatedWebhook' }),
      },
    },
    problems: { 400: { 'bad-url': 'Not https, or a private address.' } },
  },
  'DELETE /v1/webhooks/{id}': {
    tag: 'Settings',
    summary: 'Remove a webhook',
    path: webhookPath,
    replies: { 204: { description: 'It is gone.' } },
    problems: unknown,
  },
  'GET /v1/webhooks/{id}/deliveries': {
    tag: 'Settings',
    summary: 'What came of the deliveries',
    path: webhookPath,
    query: z.object({ limit: limitQuery, cursor: cursorQuery }),
    replies: { 200: { description: 'A page of deliveries.', json: deliveriesReply } },
    problems: unknown,
  },
  'POST /v1/webhooks/{id}/replay': {
    tag: 'Settings',
    summary: 'Deliver again',
    path: webhookPath,
    body: z.strictObject({ event: z.string().optional() }).meta({
      description: 'The event to deliver again; all dead ones without it.',
    }),
    replies: { 200: { description: 'How many are tried again.', json: replayReply } },
    problems: unknown,
  },
};
