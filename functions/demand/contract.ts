import * as z from 'zod';
import { HORIZONS } from '../../core/model/contract.ts';
import { day, dayQuery, wholeNumber } from '../http/schemas.ts';
import type { Contracts } from '../openapi/contract.ts';

const days = () => {
  const error = 'must be a whole number from 1 to 30';
  return z.int({ error }).min(1, { error }).max(30, { error });
};

export const demandQuery = z.object({
  day: dayQuery,
  days: days().default(30).meta({ description: 'Days forecast.' }),
  by: z
    .enum(['category'], { error: 'must be category' })
    .optional()
    .meta({ description: 'Adds a series a category, most expected first.' }),
  leadDays: days().optional().meta({ description: 'Adds the units of so many days together, for a reorder point.' }),
});

const amount = z.number().min(0);
const category = z.string().nullable().meta({
  description:
    'null: known users of the whole shop, to whom the categories add up; ~new: buyers that no run can know before they come, on top of them; ~other: what is bought beyond the named categories. The first 200 categories behind which 5 users or more stand have a name.',
});
const interval = {
  expected: amount,
  low80: amount,
  high80: amount,
  low95: amount,
  high95: amount,
};

const point = z
  .object({
    category,
    day,
    ...interval,
    expected: amount.meta({ description: 'Users expected to buy on the day. Who buys on two days counts on each.' }),
  })
  .meta({ id: 'DemandPoint' });

const within = z
  .object({
    days: z.literal([...HORIZONS]),
    ...interval,
    expected: amount.meta({
      description:
        "Known users expected to buy at least once within so many days: the sum of the users' probabilities.",
    }),
  })
  .meta({ id: 'BuyersWithin' });

const lead = z
  .object({
    category,
    expected: amount.meta({ description: 'Units.' }),
    quantiles: z
      .object({ p50: amount, p80: amount, p90: amount, p95: amount, p98: amount, p99: amount })
      .meta({ description: 'Units that suffice with this probability, in percent: reorder points.' }),
    quantityKnown: z.boolean().meta({ description: 'False: each purchase counts as one unit.' }),
  })
  .meta({ id: 'LeadUnits' });

export const demandReply = z
  .object({
    from: day.meta({ description: 'The first day forecast: that of the run.' }),
    days: z.int().min(1).max(30),
    users: wholeNumber.meta({ description: 'Known users: those scored in the run.' }),
    within: z.array(within).meta({ description: 'Of the known users, by horizon.' }),
    series: z.array(point).meta({ description: 'By category and then by day.' }),
    lead: z.object({ days: z.int().min(1), units: z.array(lead) }).optional(),
  })
  .meta({ id: 'Demand' });

export type DemandReply = z.infer<typeof demandReply>;
export type DemandPoint = DemandReply['series'][number];
export type LeadUnits = z.infer<typeof lead>;

export const contracts: Contracts = {
  'GET /v1/demand': {
    tag: 'Shop',
    summary: 'What will be bought',
    description:
      'Expected buyers by day, with intervals from chance and from how far past days were off. With Accept: text/csv the series come as CSV; the whole shop is called ~known there.',
    query: demandQuery,
    replies: { 200: { description: 'The series.', json: demandReply, csv: true } },
    problems: { 404: { 'not-scored': 'There is no finished run of that day, or it left no demand.' } },
  },
};
