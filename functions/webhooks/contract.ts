import * as z from 'zod';
import { EVENT_TYPES } from '../../core/events/window-event.ts';
import { cursorQuery, instant, limitQuery, next, pseudonym, wholeNumber } from '../http/schemas.ts';
import type { Contracts } from '../openapi/contract.ts';
import { WEBHOOK_KINDS } from './kept.ts';

const eventType = z.enum(EVENT_TYPES, { error: `must be one of ${EVENT_TYPES.join(', ')}` });
const kind = z.enum(WEBHOOK_KINDS, { error: `must be one of ${WEBHOOK_KINDS.join(', ')}` });

export const webhookBody = z
  .strictObject({
    url: z.string({ error: 'must be an https address' }).max(2_000, { error: 'has at most 2,000 characters' }),
    kind: kind.optional().meta({
      description: 'webhook: signed as Standard Webhooks say; segment: a Segment track call.',
    }),
    events: z.array(eventType).min(1, { error: 'must name an event' }).optional().meta({
      description: 'Default: all; of kind segment: buying_window.opened.',
    }),
    ids: z.boolean({ error: 'must be true or false' }).optional().meta({
      description: "Whether messages hold the shop's own ids; of kind segment they always do.",
    }),
    writeKey: z.string().min(1).max(256).optional().meta({
      description: 'Of kind segment: its write key, sent as Basic user name.',
    }),
  })
  .meta({ id: 'WebhookBody' });

const webhook = z
  .object({ id: z.string(), url: z.string(), kind, events: z.array(eventType), ids: z.boolean(), createdAt: instant })
  .meta({ id: 'Webhook' });

const createdWebhook = webhook
  .extend({ secret: z.string().optional().meta({ description: 'whsec_…, shown once; of kind webhook only.' }) })
  .meta({ id: 'CreatedWebhook' });

const delivery = z
  .object({
    event: z.string().meta({ description: 'Id of the event, sent as webhook-id.' }),
    type: eventType,
    user: pseudonym,
    state: z.enum(['waiting', 'delivered', 'dead']).meta({
      description: 'dead: not taken for 24 hours; replay tries again.',
    }),
    attempts: wholeNumber,
    outcome: z.string().nullable().meta({
      description:
        'Of the last attempt: a status, or one of timeout, redirect, private-address, unknown-host, bad-certificate, no-connection, not-https, unknown-user.',
    }),
    at: instant,
    triedAt: instant.nullable(),
    nextAt: instant.nullable(),
  })
  .meta({ id: 'Delivery' });

const deliveriesReply = z.object({ deliveries: z.array(delivery), next }).meta({ id: 'Deliveries' });
const STATE = 'must be waiting, dead or delivered';
export const deliveriesQuery = z.object({
  state: z.enum(['waiting', 'dead', 'delivered'], { error: STATE }).default('waiting').meta({
    description: 'Which ones: waiting by when they are due, others the newest first.',
  }),
  limit: limitQuery,
  cursor: cursorQuery,
});
export const replayBody = z
  .strictObject({ event: z.string().optional().meta({ description: 'Of this event alone, dead or not.' }) })
  .meta({ id: 'ReplayBody' });
const replayReply = z.object({ replayed: wholeNumber }).meta({ id: 'Replay' });

export type Webhook = z.infer<typeof webhook>;
export type CreatedWebhook = z.infer<typeof createdWebhook>;
export type DeliveriesReply = z.infer<typeof deliveriesReply>;

const path = z.object({ id: z.string() });
const UNKNOWN = { 404: { 'unknown-webhook': 'There is no webhook of this id.' } };

export const contracts: Contracts = {
  'GET /v1/webhooks': {
    tag: 'Settings',
    summary: 'Every webhook',
    replies: {
      200: { description: 'The webhooks.', json: z.object({ webhooks: z.array(webhook) }).meta({ id: 'Webhooks' }) },
    },
  },
  'POST /v1/webhooks': {
    tag: 'Settings',
    summary: 'Tell an address of window events',
    description: 'From the next events on; each is sent until it is taken, for 24 hours, under one webhook-id.',
    body: webhookBody,
    replies: { 201: { description: 'The webhook, with its secret.', json: createdWebhook } },
    problems: {
      400: {
        'bad-url': 'The address is not https, or of a private network.',
        'bad-kind': 'The kind is not known.',
        'bad-events': 'An event is not known.',
        'bad-ids': 'ids is neither true nor false.',
        'bad-writeKey': 'A destination of kind segment needs its write key, another one has none.',
        'bad-body': 'A field is not known.',
        'too-many': 'There are 20 webhooks already; delete one.',
      },
    },
  },
  'DELETE /v1/webhooks/{id}': {
    tag: 'Settings',
    summary: 'Delete a webhook',
    path,
    replies: { 204: { description: 'It is told of nothing more.' } },
    problems: UNKNOWN,
  },
  'GET /v1/webhooks/{id}/deliveries': {
    tag: 'Settings',
    summary: 'What a webhook was told, and what came of it',
    path,
    query: deliveriesQuery,
    replies: { 200: { description: 'A page of deliveries.', json: deliveriesReply } },
    problems: UNKNOWN,
  },
  'POST /v1/webhooks/{id}/replay': {
    tag: 'Settings',
    summary: 'Try deliveries again',
    description: 'All dead ones, or that of one event, under their old webhook-id.',
    path,
    body: replayBody,
    replies: { 200: { description: 'How many are to be tried again.', json: replayReply } },
    problems: { 400: { 'bad-body': 'A field is not known.', 'bad-event': 'event is no text.' }, ...UNKNOWN },
  },
};
