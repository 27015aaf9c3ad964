import * as z from 'zod';
import {
  band,
  bestHour,
  bestWindow,
  day,
  dayQuery,
  expected,
  instant,
  probabilities,
  probability,
  pseudonym,
  shopId,
  userPath,
  wholeNumber,
} from '../http/schemas.ts';
import type { Contracts } from '../openapi/contract.ts';

export const timingQuery = z.object({
  day: dayQuery,
  fresh: z
    .boolean({ error: 'must be true or false' })
    .optional()
    .meta({ description: "Asks the model now, with today's actions; not together with day." }),
  explain: z.boolean({ error: 'must be true or false' }).optional().meta({
    description: 'Adds reasons and explained: what in the history moved the 7-day probability. Asks the model.',
  }),
  curves: z
    .boolean({ error: 'must be true or false' })
    .optional()
    .meta({ description: 'Adds curves, where the score comes from a forecast and not from the file of a past day.' }),
});

const curves = z
  .object({
    within: z.array(probability).meta({ description: 'within[i]: P(purchase within i + 1 days), i = 0 … 29.' }),
    silence: z.array(z.object({ day, probability: probabilities })).meta({
      description: "What the score becomes while the user stays silent: one entry a day to the forecast's 30th.",
    }),
  })
  .meta({ id: 'TimingCurves' });

const difference = z.number().min(-1).max(1);

const reason = z
  .object({
    text: z.string().meta({ description: 'In plain words, English.' }),
    words: z
      .array(z.string())
      .meta({ description: 'The action words left out, most used first, at most 20; none for silence.' }),
    from: day.meta({ description: 'Day of the first action left out, or of silence.' }),
    to: day,
    effect: z.object({ '7d': difference }).meta({
      description:
        'The probability less what it would be without these actions (or with the last action yesterday): positive where they raise it.',
    }),
  })
  .meta({ id: 'Reason' });

const explained = z
  .object({
    modelVersion: z.string().meta({ description: 'The live model, which was asked.' }),
    '7d': z.object({
      probability: probability.meta({ description: 'What is explained, as the live model gives it for that moment.' }),
      without: probability.meta({ description: 'What it would be without all that the reasons name.' }),
      remainder: difference.meta({
        description:
          'probability − without − the sum of the effects: what actions move only together, or each of them alone.',
      }),
    }),
  })
  .meta({ id: 'Explained' });

export const timingReply = z
  .object({
    user: pseudonym,
    userId: shopId,
    day,
    asOf: instant.meta({ description: 'The last action the answer knows of.' }),
    modelVersion: z.string(),
    correction: wholeNumber.meta({ description: 'Version of the correction; 0 for none.' }),
    silenceDays: wholeNumber.meta({
      description: 'Whole days between the day of the last action and the day, both excluded.',
    }),
    probability: probabilities,
    band,
    percentile: z.number().min(0).max(100).meta({
      description: "Share of the run's users with a lower P(purchase within 7 days), 0 to 100.",
    }),
    expected,
    bestWindow,
    bestHour,
    nextActions: z.array(z.object({ word: z.string(), probability })).meta({ description: 'Most probable first.' }),
    nextCategories: z.array(z.object({ category: z.string(), probability })).meta({
      description: 'Of the next purchase, most probable first.',
    }),
    curves: curves.optional(),
    reasons: z.array(reason).optional().meta({
      description: 'Those that raise the probability first, then those that lower it; the greatest first.',
    }),
    explained: explained.optional().meta({ description: 'Absent where nothing of the history is left.' }),
  })
  .meta({ id: 'Timing' });

export type TimingReply = z.infer<typeof timingReply>;
export type TimingCurves = z.infer<typeof curves>;

export const contracts: Contracts = {
  'GET /v1/users/{userId}/timing': {
    tag: 'Users',
    summary: 'When a user will buy',
    description:
      'The score of the latest finished run, read from the stored forecast without asking the model; that of a past day as it was given then; or with fresh=true one from this moment on. With explain=true it says why.',
    path: userPath,
    query: timingQuery,
    replies: { 200: { description: 'The score.', json: timingReply } },
    problems: {
      404: {
        'unknown-user': 'No action of this user has arrived.',
        'not-scored': 'No run has scored the user on that day; nextRun tells when the next run begins.',
      },
      503: { 'model-away': 'The model does not answer; ask without fresh=true and explain=true.' },
    },
  },
};
