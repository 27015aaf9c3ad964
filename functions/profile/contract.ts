import * as z from 'zod';
import { WEEKDAYS } from '../../core/events/window-event.ts';
import { band, bestHour, day, probability, pseudonym, shopId, stage, userPath, wholeNumber } from '../http/schemas.ts';
import type { Contracts } from '../openapi/contract.ts';

const amount = z.number();
const daysAgo = wholeNumber.meta({ description: 'Days before the day of the profile: 1 for the day before.' });

const outcome = z.boolean().nullable().meta({
  description: 'Whether a purchase came within so many days; null while the days are not over and none came.',
});

export const profileReply = z
  .object({
    user: pseudonym,
    userId: shopId,
    day: day.meta({ description: "The profile is of what came before this day: the latest run's, or today." }),
    stage,
    recency: z.object({
      lastActionDay: day,
      days: daysAgo,
      lastPurchaseDay: day.nullable(),
      purchaseDays: daysAgo.nullable(),
    }),
    frequency: z.object({
      firstDay: day,
      days: wholeNumber.meta({ description: 'Days with an action.' }),
      actions: wholeNumber,
      purchaseDays: wholeNumber.meta({ description: 'Days with a purchase.' }),
      purchases: wholeNumber.meta({ description: 'Purchase actions: one a line of an order.' }),
    }),
    value: z
      .object({
        total: amount.nullable(),
        perPurchaseDay: amount.nullable(),
        units: amount.nullable(),
      })
      .meta({ description: "Money in the shop's currency and units bought; null where the shop sends none." }),
    rhythm: z
      .object({
        of: z.enum(['purchases', 'visits']).meta({ description: 'Visits for a user who never bought.' }),
        gap: z.number().meta({ description: "Usual days between two, the shop's where the user's own say little." }),
        low: z.number(),
        high: z.number().meta({ description: 'About two of three gaps are between low and high.' }),
      })
      .meta({ description: 'What the stage is measured by.' }),
    categories: z
      .array(
        z.object({
          category: z.string(),
          actions: wholeNumber,
          purchases: wholeNumber,
          share: probability.meta({ description: "Of the user's actions with a category." }),
          shopShare: probability
            .nullable()
            .meta({ description: 'The same of the whole shop; null for a category that few users touch.' }),
          affinity: z.number().nullable().meta({ description: 'share / shopShare: 1 is as everybody.' }),
        }),
      )
      .meta({ description: 'At most 20, most actions first.' }),
    weekdays: z.array(z.object({ weekday: z.enum(WEEKDAYS), count: wholeNumber })).meta({
      description: 'On how many days the user was there.',
    }),
    hours: z
      .array(wholeNumber)
      .nullable()
      .meta({ description: 'On how many days of the last 180, by hour 0 to 23; null in a log without times of day.' }),
    bestHour,
    scores: z
      .array(
        z.object({
          day,
          probability: z.object({ '7d': probability, '30d': probability }),
          band,
          bought: z.object({ '7d': outcome, '30d': outcome }),
        }),
      )
      .meta({ description: 'As they were given on the latest 30 days with a run, newest first, and what came after.' }),
  })
  .meta({ id: 'Profile' });

export type ProfileReply = z.infer<typeof profileReply>;

export const contracts: Contracts = {
  'GET /v1/users/{userId}/profile': {
    tag: 'Users',
    summary: 'What a user is like',
    description:
      'Recency, frequency, value, rhythm, categories against the shop, hours and weekdays, stage, and past scores with what happened after.',
    path: userPath,
    replies: { 200: { description: 'The profile.', json: profileReply } },
    problems: { 404: { 'unknown-user': 'No action of this user has arrived.' } },
  },
};
