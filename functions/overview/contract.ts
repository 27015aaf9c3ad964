import * as z from 'zod';
import { day, dayQuery, instant, probability, wholeNumber } from '../http/schemas.ts';
import type { Contracts } from '../openapi/contract.ts';

export const overviewQuery = z.object({ day: dayQuery });

const run = z
  .object({
    modelCalls: wholeNumber.meta({ description: 'Users whose forecast the model made anew.' }),
    scored: wholeNumber,
    failed: wholeNumber.meta({ description: 'Users of shards that failed after every attempt.' }),
    failedShards: z.array(wholeNumber),
    seconds: z.number().min(0).meta({ description: 'Wall clock, from plan to finish.' }),
    modelVersion: z.string(),
    correction: wholeNumber.meta({ description: 'Version of the correction; 0 for none.' }),
    finishedAt: instant,
  })
  .meta({ id: 'RunSummary' });

export const overviewReply = z
  .object({
    day,
    days: z.array(day).meta({ description: 'Every day with a finished run, oldest first.' }),
    users: wholeNumber.meta({ description: 'Users scored: those active in the 90 days before the day.' }),
    bands: z.object({ now: wholeNumber, soon: wholeNumber, later: wholeNumber, unlikely: wholeNumber }),
    distribution: z.array(z.object({ from: probability, to: probability, count: wholeNumber })).meta({
      description:
        'Users by P(purchase within 7 days): 20 bins of equal width, from included, to excluded (but the last).',
    }),
    expected: z.array(z.object({ date: day, count: wholeNumber })).meta({
      description: 'Users by expected day of the next purchase, given one within 90 days; days without users left out.',
    }),
    theta: probability.meta({ description: 'The purchase rate that divides the bands.' }),
    timeZone: z.string(),
    run,
  })
  .meta({ id: 'Overview' });

export type OverviewReply = z.infer<typeof overviewReply>;
export type RunSummary = z.infer<typeof run>;

export const contracts: Contracts = {
  'GET /v1/overview': {
    tag: 'Shop',
    summary: "A day's scores in figures",
    query: overviewQuery,
    replies: { 200: { description: 'Bands, distributions and the run behind them.', json: overviewReply } },
    problems: { 404: { 'not-scored': 'There is no finished run; days lists those there are.' } },
  },
};
