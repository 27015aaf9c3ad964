/** The routes of clients that do not speak Segment's API, for the document. */
import * as z from 'zod';
import { MAX_LINES } from '../../core/ingest/bulk.ts';
import type { Contracts } from '../openapi/contract.ts';
import { problem } from '../openapi/problems.ts';

const BUSY = { busy: 'The store takes no more for now; Retry-After says when it will.' };

const validationMessages = z
  .object({
    validationMessages: z.array(
      z.object({ fieldPath: z.string().optional(), description: z.string(), validationCode: z.string() }),
    ),
  })
  .meta({
    id: 'ValidationMessages',
    description: "What is wrong with a request, as GA4's validation server tells it.",
  });

const measurementQuery = z.object({
  measurement_id: z.string().meta({ description: 'Any; it is asked for as by GA4.', examples: ['G-12345'] }),
  api_secret: z.string().meta({ description: 'The key, of scope write.' }),
});
const measurement = z
  .looseObject({
    client_id: z.string().optional(),
    user_id: z.string().optional(),
    timestamp_micros: z.union([z.number(), z.string()]).optional(),
    user_agent: z.string().optional(),
    events: z.array(z.looseObject({ name: z.string(), params: z.looseObject({}).optional() })).max(25),
  })
  .meta({ id: 'Measurement' });

const ga4 = {
  tag: 'Tracking',
  query: measurementQuery,
  body: measurement,
  failure: { type: 'application/json', json: validationMessages },
} as const;

const lineResult = z.object({
  line: z.int().min(1),
  status: z.enum(['accepted', 'duplicate', 'dropped', 'refused']),
  messageId: z.string().nullable().optional(),
  code: z.string().optional(),
  message: z.string().optional(),
});

export const contracts: Contracts = {
  'POST /v1/import': {
    tag: 'Tracking',
    summary: 'Many lines at once',
    description:
      'NDJSON, at most 4 MB: a line is an event as in a batch, or a row that names its action type. ' +
      'With `Accept: application/x-ndjson` the answer is one result a line.',
    body: z.string().meta({ description: 'One JSON object a line.' }),
    bodyForms: ['application/x-ndjson'],
    replies: {
      200: {
        description: 'What is accepted is stored; results tells of each line.',
        json: z
          .object({
            success: z.literal(true),
            received: z.int().min(0),
            accepted: z.int().min(0),
            duplicates: z.int().min(0),
            errors: z.array(lineResult.omit({ status: true }).extend({ index: z.int().min(0) })),
            results: z.array(lineResult),
          })
          .meta({ id: 'ImportReply' }),
        text: 'application/x-ndjson',
      },
    },
    problems: {
      400: {
        'too-many-events': `An import has at most ${MAX_LINES} lines.`,
        'body-too-large': 'The body has more than 4 MB.',
      },
      429: BUSY,
    },
  },
  'POST /mp/collect': {
    ...ga4,
    summary: "GA4's Measurement Protocol",
    description: 'Answers 204 whatever the events are, as GA4; /debug/mp/collect says what is wrong with them.',
    replies: { 204: { description: 'Received.' } },
    problems: { 400: { 'bad-measurement': 'The request has no measurement_id or no events.' }, 429: BUSY },
  },
  'POST /debug/mp/collect': {
    ...ga4,
    summary: "GA4's validation server",
    description: 'Says what is wrong with a request to /mp/collect and stores nothing.',
    replies: { 200: { description: 'What is wrong; nothing is an empty list.', json: validationMessages } },
  },
  'POST /v1/shopify/{source}': {
    tag: 'Tracking',
    summary: 'Webhooks of Shopify',
    description: 'Topics orders/create, orders/cancelled and checkouts/create; others if the shop names their type.',
    path: z.object({ source: z.string().meta({ description: 'The source whose secret signs the webhooks.' }) }),
    body: z.looseObject({ customer: z.looseObject({ id: z.int() }).optional(), created_at: z.string() }),
    failure: { type: 'application/problem+json', json: problem },
    replies: {
      200: {
        description: 'Received; errors tells why it was not taken.',
        json: z.object({
          received: z.int(),
          accepted: z.int(),
          errors: z.array(z.object({ code: z.string(), message: z.string() })),
        }),
      },
    },
    problems: {
      400: { 'missing-topic': 'The header X-Shopify-Topic is missing.' },
      401: { 'bad-signature': 'X-Shopify-Hmac-Sha256 is not that of this body and source.' },
      413: { 'body-too-large': 'The body has more than 2 MB.' },
      429: BUSY,
    },
  },
  'GET /v1/projects/{key}/settings': {
    tag: 'Tracking',
    summary: "What Segment's browser client loads before it sends",
    path: z.object({ key: z.string().meta({ description: 'The key, of scope write.' }) }),
    failure: { type: 'application/problem+json', json: problem },
    replies: {
      200: {
        description: 'Where the browser sends to.',
        json: z.looseObject({
          integrations: z.object({
            'Segment.io': z.looseObject({ apiKey: z.string(), apiHost: z.string(), protocol: z.string() }),
          }),
        }),
      },
    },
  },
};
