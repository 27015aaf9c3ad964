import * as z from 'zod';
import { day } from '../http/schemas.ts';
import type { Contracts } from '../openapi/contract.ts';

const THETA = 'must be a number from 0.001 to 0.99, or null';
const theta = z.number({ error: THETA }).min(0.001, { error: THETA }).max(0.99, { error: THETA });

export const bandsBody = z
  .strictObject({ theta: theta.nullable().meta({ description: 'null: measured by every run, at least 0.05.' }) })
  .meta({ id: 'BandsBody' });

const bandsReply = z
  .object({
    theta: theta.nullable().meta({
      description: 'The purchase rate that divides the bands, as you set it for the next run; null: it is measured.',
    }),
    latest: z
      .object({ day, theta: z.number() })
      .nullable()
      .meta({ description: 'What the latest finished run used; null before the first.' }),
  })
  .meta({ id: 'Bands' });

export type BandsReply = z.infer<typeof bandsReply>;

const replies = { 200: { description: 'What divides the bands.', json: bandsReply } };

export const contracts: Contracts = {
  'GET /v1/bands': { tag: 'Settings', summary: 'What divides the bands', replies },
  'PUT /v1/bands': {
    tag: 'Settings',
    summary: 'Set what divides the bands',
    description:
      'The next nightly run uses it; scores, lists and windows of days that are over stay as they were given.',
    body: bandsBody,
    replies,
    problems: {
      400: { 'bad-theta': 'theta is no number from 0.001 to 0.99, nor null.', 'bad-body': 'A field is not known.' },
    },
  },
};
