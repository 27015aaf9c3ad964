import * as z from 'zod';
import type { EventsReply } from '../../events/reply.ts';
import {
  band,
  bestHour,
  bestWindow,
  cursorQuery,
  day,
  expected,
  instant,
  limitQuery,
  next,
  probabilities,
  pseudonym,
  shopId,
  stage,
} from '../../http/schemas.ts';
import type { Contracts } from '../contract.ts';
import { eventType } from './schemas.ts';

const score = z
  .object({
    band,
    stage,
    probability: probabilities,
    expected,
    bestWindow,
    bestHour,
    consentMarketing: z.boolean(),
  })
  .meta({ id: 'WindowScore' });

const listed = z
  .object({
    id: z.string(),
    type: eventType,
    user: pseudonym,
    userId: shopId,
    day: day.meta({ description: 'Day of the run that saw it.' }),
    since: day.meta({ description: 'Day on which the window opened.' }),
    score: score.optional(),
    at: instant.meta({ description: 'When it was recorded.' }),
    published: z.boolean().meta({ description: 'Whether the event bus has it.' }),
  })
  .meta({ id: 'WindowEvent' });

const eventsReply: z.ZodType<EventsReply> = z.object({ events: z.array(listed), next }).meta({ id: 'Events' });

export const contracts: Contracts = {
  'GET /v1/events': {
    tag: 'Audiences',
    summary: 'Windows that opened and closed',
    description: 'Newest first, by pages.',
    query: z.object({ limit: limitQuery, cursor: cursorQuery }),
    replies: { 200: { description: 'A page of events.', json: eventsReply } },
  },
};
