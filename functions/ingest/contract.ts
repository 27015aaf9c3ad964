/** The tracking routes for the document. The handler reads bodies by core/ingest, which refuses event by event. */
import * as z from 'zod';
import { EVENT_PROBLEMS, type EventProblem } from '../../core/ingest/event.ts';
import { MAX_EVENTS } from '../../core/ingest/parse.ts';
import type { Contract, Contracts } from '../openapi/contract.ts';
import { contracts as others } from './contract-others.ts';

const id = z.union([z.string(), z.int()]);
const time = z.union([z.string(), z.number()]).meta({
  description: "ISO 8601, epoch seconds or milliseconds; without an offset in the shop's time zone.",
  examples: ['2026-11-23T10:15:00Z'],
});

const properties = z
  .looseObject({
    category: z
      .string()
      .optional()
      .meta({ examples: ['shoes'] }),
    query: z.string().optional().meta({ description: 'What was searched for.' }),
    products: z
      .array(
        z.looseObject({
          product_id: id.optional(),
          category: z.string().optional(),
          price: z.number().optional(),
          quantity: z.number().optional(),
        }),
      )
      .optional(),
  })
  .meta({ description: "Segment's e-commerce properties; what is not named here is ignored." });

const common = {
  userId: id.optional().meta({ description: "The shop's id of the user, at most 256 bytes." }),
  anonymousId: id.optional().meta({ description: 'Used when there is no userId.' }),
  messageId: id.optional().meta({ description: 'Makes repeats of this event count once.' }),
  timestamp: time.optional(),
  originalTimestamp: time.optional(),
  sentAt: time.optional(),
};
const writeKey = z.string().optional().meta({ description: 'The key, for browsers, which send no header.' });

const batchEvent = z
  .looseObject({
    type: z.enum(['track', 'identify', 'page', 'screen', 'group', 'alias']),
    event: z
      .string()
      .optional()
      .meta({ description: 'With track.', examples: ['Product Viewed'] }),
    ...common,
    properties: properties.optional(),
  })
  .meta({ id: 'TrackingEvent' });

export const received = z
  .object({
    success: z.literal(true),
    received: z.int().min(0).meta({ description: 'Events of the request.' }),
    accepted: z.int().min(0).meta({ description: 'Those not refused.' }),
    errors: z.array(
      z.object({
        index: z.int().min(0),
        messageId: z.string().nullable(),
        code: z.enum(Object.keys(EVENT_PROBLEMS) as [EventProblem, ...EventProblem[]]),
        message: z.string(),
      }),
    ),
  })
  .meta({ id: 'TrackingReply' });

function contract(summary: string, body: z.ZodType): Contract {
  return {
    tag: 'Tracking',
    summary,
    body,
    replies: {
      200: {
        description: 'What is accepted is stored; one bad event never fails the others, errors names each.',
        json: received,
      },
    },
    problems: {
      400: {
        'not-an-object': 'The body is not a JSON object.',
        'missing-batch': 'The batch is not an array of events.',
        'too-many-events': `A batch has at most ${MAX_EVENTS} events.`,
        'body-too-large': 'The body has more than 500 KB.',
      },
      429: { busy: 'The store takes no more for now; Retry-After says when it will.' },
    },
  };
}

const event = (own: z.ZodRawShape = {}) => z.looseObject({ ...own, ...common, writeKey });
const withProperties = { properties: properties.optional() };

const calls: Record<string, Contract> = {
  batch: contract(
    'Many events at once',
    z.looseObject({ batch: z.array(batchEvent).max(MAX_EVENTS), sentAt: time.optional(), writeKey }),
  ),
  track: contract(
    'A user did something',
    event({ event: z.string().meta({ examples: ['Product Viewed'] }), ...withProperties }),
  ),
  page: contract('A user saw a page', event({ name: z.string().optional(), ...withProperties })),
  screen: contract('A user saw a screen', event({ name: z.string().optional(), ...withProperties })),
  identify: contract('Who a user is', event({ traits: z.looseObject({}).optional() })),
  group: contract('Which group a user belongs to', event({ groupId: id.optional() })),
  alias: contract('Two ids are one user', event({ previousId: id.optional() })),
};

export const contracts: Contracts = {
  ...Object.fromEntries(
    Object.entries(calls).flatMap(([call, described]): [string, Contract][] => [
      [`POST /v1/${call}`, described],
      [`POST /v1/${call[0]}`, { ...described, description: `As /v1/${call}, by the name that browsers use.` }],
    ]),
  ),
  ...others,
};
