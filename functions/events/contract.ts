import * as z from 'zod';
import { EVENT_TYPES } from '../../core/events/window-event.ts';
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
} from '../http/schemas.ts';
import type { Contracts } from '../openapi/contract.ts';

export const eventsQuery = z.object({ limit: limitQuery, cursor: cursorQuery });

const windowEvent = z
  .object({
    id: z.string(),
    type: z.enum(EVENT_TYPES).meta({
      description:
        'buying_window: the user entered band now, or left it for good (below 80 % of θ); best_window: the most probable days begin.',
    }),
    user: pseudonym,
    userId: shopId,
    day: day.meta({ description: 'Day of the run that saw it.' }),
    since: day.meta({ description: 'Day on which the window opened.' }),
    score: z
      .object({
        band,
        stage,
        probability: probabilities,
        expected,
        bestWindow,
        bestHour,
        consentMarketing: z.boolean(),
      })
      .optional()
      .meta({ description: 'As the run gave it; absent for a user who is not scored any more.' }),
    at: instant.meta({ description: 'When it was recorded.' }),
    published: z.boolean().meta({ description: 'Whether the event bus has it.' }),
  })
  .meta({ id: 'WindowEvent' });

const eventsReply = z.object({ events: z.array(windowEvent), next }).meta({ id: 'WindowEvents' });

export type EventsReply = z.infer<typeof eventsReply>;

export const contracts: Contracts = {
  'GET /v1/events': {
    tag: 'Audiences',
    summary: 'Windows that opened and closed',
    description: 'The newest first, of the last 90 days; each once.',
    query: eventsQuery,
    replies: { 200: { description: 'A page of events.', json: eventsReply } },
  },
};
