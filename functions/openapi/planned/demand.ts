import * as z from 'zod';
import type { DemandReply } from '../../demand/reply.ts';
import { day, dayQuery } from '../../http/schemas.ts';
import type { Contracts } from '../contract.ts';

export const demandQuery = z.object({
  day: dayQuery,
  days: z
    .int({ error: 'must be a whole number from 1 to 30' })
    .min(1, { error: 'must be a whole number from 1 to 30' })
    .max(30, { error: 'must be a whole number from 1 to 30' })
    .default(30)
    .meta({ description: 'Days forecast.' }),
  by: z.enum(['category'], { error: 'must be category' }).optional().meta({ description: 'Adds a series a category.' }),
  leadDays: z
    .int({ error: 'must be a whole number from 1 to 30' })
    .min(1, { error: 'must be a whole number from 1 to 30' })
    .max(30, { error: 'must be a whole number from 1 to 30' })
    .optional()
    .meta({ description: 'Adds the units of so many days together, for a reorder point.' }),
});

const amount = z.number().min(0);
const category = z.string().nullable().meta({
  description: 'null: known users of the whole shop; ~new: buyers the model cannot know; ~other: small categories.',
});

const point = z
  .object({
    category,
    day,
    expected: amount.meta({ description: 'Users expected to buy on the day.' }),
    low80: amount,
    high80: amount,
    low95: amount,
    high95: amount,
  })
  .meta({ id: 'DemandPoint' });

const lead = z
  .object({
    category,
    expected: amount.meta({ description: 'Units.' }),
    quantiles: z
      .object({ p50: amount, p80: amount, p90: amount, p95: amount, p98: amount, p99: amount })
      .meta({ description: 'Units that suffice with this probability, in percent.' }),
    quantityKnown: z.boolean().meta({ description: 'False: each purchase counts as one unit.' }),
  })
  .meta({ id: 'LeadUnits' });

const demandReply: z.ZodType<DemandReply> = z
  .object({
    from: day.meta({ description: 'The first day forecast: that of the run.' }),
    days: z.int().min(1).max(30),
    series: z.array(point).meta({ description: 'Days ascending, most expected categories first.' }),
    lead: z.object({ days: z.int().min(1), units: z.array(lead) }).optional(),
  })
  .meta({ id: 'Demand' });

export const contracts: Contracts = {
  'GET /v1/demand': {
    tag: 'Shop',
    summary: 'What will be bought',
    description: 'Expected buyers by day with 80 and 95 % intervals; as CSV with Accept: text/csv.',
    query: demandQuery,
    replies: { 200: { description: 'The series.', json: demandReply, csv: true } },
    problems: { 404: { 'not-scored': 'There is no finished run of that day.' } },
  },
};
