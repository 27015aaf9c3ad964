import * as z from 'zod';
import {
  band,
  bestWindow,
  cursorQuery,
  day,
  dayQuery,
  expected,
  limitQuery,
  next,
  probabilities,
  pseudonym,
  shopId,
  wholeNumber,
} from '../http/schemas.ts';
import type { Contracts } from '../openapi/contract.ts';

const audiencePath = z.object({ name: band });
const audienceQuery = z.object({ day: dayQuery, limit: limitQuery, cursor: cursorQuery });

const member = z
  .object({ user: pseudonym, userId: shopId, probability: probabilities, expected, bestWindow })
  .meta({ id: 'AudienceUser' });

export const audienceReply = z
  .object({
    name: band,
    day,
    count: wholeNumber.meta({ description: 'Users of the whole audience.' }),
    users: z.array(member).meta({ description: 'Most probable to buy within 7 days first.' }),
    next,
  })
  .meta({ id: 'Audience' });

export const contracts: Contracts = {
  'GET /v1/audiences/{name}': {
    tag: 'Audiences',
    summary: 'The users of an audience',
    description: 'By P(purchase within 7 days), by pages; or all of them as CSV with Accept: text/csv.',
    path: audiencePath,
    query: audienceQuery,
    replies: { 200: { description: 'A page of users.', json: audienceReply, csv: true } },
    problems: {
      400: { 'too-large': 'More users than fit into one CSV reply; read them by pages.' },
      404: {
        'unknown-audience': 'There is no audience of this name.',
        'not-scored': 'There is no finished run of that day.',
      },
    },
  },
};
