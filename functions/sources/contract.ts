import * as z from 'zod';
import { ACTION_TYPES } from '../../core/actions/action.ts';
import { day, instant, wholeNumber } from '../http/schemas.ts';
import type { Contracts } from '../openapi/contract.ts';

export const sourcesQuery = z.object({
  day: day.optional().meta({ description: 'The day on which events came; today when absent.' }),
});

const counts = z.record(z.string(), wholeNumber);

export const source = z
  .object({
    source: z.string().meta({ description: '`default` for keys without a source, `unknown` for unknown keys.' }),
    accepted: wholeNumber.meta({ description: 'Events taken, duplicates apart.' }),
    duplicates: wholeNumber,
    late: wholeNumber.meta({ description: 'Accepted events of an earlier day; their users are scored again.' }),
    skewCorrected: wholeNumber.meta({ description: "Accepted events whose client's clock was corrected." }),
    withoutAction: wholeNumber.meta({
      description: 'Accepted events that stand for no action: calls such as group, and names that are not known.',
    }),
    busy: wholeNumber.meta({ description: 'Requests told to come again, since the store was busy.' }),
    dropped: counts.meta({ description: 'Events taken and not stored, by reason.' }),
    rejected: counts.meta({ description: 'Refused events and requests, by code.' }),
    lastAt: instant.nullable(),
  })
  .meta({ id: 'Source' });

export const reject = z
  .object({
    at: instant,
    source: z.string(),
    route: z.string(),
    requestId: z.string(),
    code: z.string(),
    message: z.string(),
    index: wholeNumber.optional().meta({ description: 'Position in its request; absent: the request as a whole.' }),
    body: z.unknown().optional().meta({ description: 'The shape of the event, without anything that was sent.' }),
  })
  .meta({ id: 'Reject' });

const eventTypes = z.record(z.string(), z.enum(ACTION_TYPES).nullable()).meta({
  id: 'EventTypes',
  description: 'Action types by event name; null: the event is no action.',
  examples: [{ 'Warenkorb gefüllt': 'cart', Newsletter: null }],
});

const trafficFields = z.object({
  bots: z.boolean().meta({ description: 'Drop events whose context.userAgent is a known bot’s.' }),
  internal: z.array(z.string()).meta({
    description: 'Addresses and networks of the shop, compared with context.ip.',
    examples: [['10.0.0.0/8']],
  }),
  eventsPerMinute: z
    .int()
    .min(1)
    .nullable()
    .meta({ description: 'Events of one user a minute that are kept; null: all.' }),
});
const traffic = trafficFields.meta({ id: 'Traffic' });

const catalogue = z
  .object({ products: wholeNumber, updatedAt: instant.nullable() })
  .meta({ id: 'Catalogue', description: 'How many products have a category.' });

export const contracts: Contracts = {
  'GET /v1/sources': {
    tag: 'Shop',
    summary: 'What came in, by source',
    query: sourcesQuery,
    replies: { 200: { description: 'Counts of the day.', json: z.object({ day, sources: z.array(source) }) } },
  },
  'GET /v1/sources/rejects': {
    tag: 'Shop',
    summary: 'The last 50 refused events and requests',
    replies: { 200: { description: 'Newest first.', json: z.object({ rejects: z.array(reject) }) } },
  },
  'PUT /v1/sources/{source}': {
    tag: 'Settings',
    summary: "Sets the secret of a source's webhooks",
    path: z.object({ source: z.string() }),
    body: z.object({ shopify: z.object({ secret: z.string() }).nullable() }),
    replies: { 200: { description: 'Kept encrypted.', json: z.object({ source: z.string(), shopify: z.boolean() }) } },
    problems: { 400: { 'bad-source': 'The name or the secret does not fit.' } },
  },
  'GET /v1/event-types': {
    tag: 'Settings',
    summary: "The shop's own event names",
    replies: { 200: { description: 'All of them.', json: eventTypes } },
  },
  'PUT /v1/event-types': {
    tag: 'Settings',
    summary: "Sets the shop's own event names",
    description: 'Replaces all. Ingest follows within 10 seconds.',
    body: eventTypes,
    replies: { 200: { description: 'As they are now.', json: eventTypes } },
    problems: { 400: { 'bad-event-types': 'A name or type does not fit; errors names each.' } },
  },
  'GET /v1/traffic': {
    tag: 'Settings',
    summary: 'Which traffic is dropped',
    replies: { 200: { description: 'The rules.', json: traffic } },
  },
  'PUT /v1/traffic': {
    tag: 'Settings',
    summary: 'Sets which traffic is dropped',
    description: 'What is absent is as at first. Ingest follows within 10 seconds.',
    body: trafficFields.partial(),
    replies: { 200: { description: 'As they are now.', json: traffic } },
    problems: { 400: { 'bad-traffic': 'A field does not fit; errors names each.' } },
  },
  'GET /v1/catalog': {
    tag: 'Settings',
    summary: 'The catalogue: the category of each product',
    query: z.object({ product: z.string().optional().meta({ description: 'Answers for this product alone.' }) }),
    replies: {
      200: {
        description: 'How many products it has; the category of one; or all of it with Accept: text/csv.',
        json: z.union([catalogue, z.object({ product: z.string(), category: z.string().nullable() })]),
        csv: true,
      },
    },
  },
  'PUT /v1/catalog': {
    tag: 'Settings',
    summary: 'Sets the catalogue',
    description:
      'JSON, as an object of categories by product id or as a list of rows, or CSV with the columns product_id and ' +
      'category; at most 5 MB, gzip too. Replaces all. Ingest follows within 10 seconds.',
    body: z.union([
      z.record(z.string(), z.string()),
      z.array(z.looseObject({ product_id: z.union([z.string(), z.int()]), category: z.string() })),
    ]),
    bodyForms: ['text/csv'],
    replies: { 200: { description: 'As it is now.', json: catalogue } },
    problems: { 400: { 'bad-catalog': 'A row does not fit; errors names the first 20.' } },
  },
};
