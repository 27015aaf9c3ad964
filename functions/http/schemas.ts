/** Parts that the schemas of several routes share. The error texts are what a caller reads who got one wrong. */
import * as z from 'zod';
import { WEEKDAYS } from '../../core/events/window-event.ts';
import { STAGES } from '../../core/profiles/stages.ts';
import { BANDS } from '../../core/scores.ts';
import { isDay } from '../../core/time.ts';

export const day = z
  .string()
  .refine(isDay, { error: 'must be a day that exists: YYYY-MM-DD' })
  .meta({ format: 'date', description: "A calendar day of the shop's time zone.", examples: ['2026-11-23'] });

/** ISO 8601, UTC. */
export const instant = z.string().meta({ format: 'date-time', examples: ['2026-11-23T03:00:12.345Z'] });

export const probability = z.number().min(0).max(1);
export const wholeNumber = z.int().min(0);

export const probabilities = z
  .object({ '1d': probability, '3d': probability, '7d': probability, '14d': probability, '30d': probability })
  .meta({
    id: 'Probabilities',
    description: 'P(at least one purchase within so many days from the first instant of the day).',
  });

export const band = z.enum(BANDS).meta({
  id: 'Band',
  description:
    "With θ, the shop's usual 30-day purchase rate: now if p_3d ≥ θ, else soon if p_7d ≥ θ, else later if p_30d ≥ θ, else unlikely.",
});

export const expected = z.object({ date: day, low: day, high: day, within90d: probability }).meta({
  id: 'Expected',
  description:
    'Median day of the next purchase, given one within 90 days, with its 10th and 90th percentile, and the probability of one within 90 days.',
});

export const bestWindow = z
  .object({ from: day, to: day, probability })
  .meta({ id: 'BestWindow', description: 'The days, both included, in which the next purchase is most concentrated.' });

export const bestHour = z
  .object({
    weekday: z.enum(WEEKDAYS),
    hour: z.int().min(0).max(23).meta({ description: "The hour that begins then, in the shop's time zone." }),
  })
  .nullable()
  .meta({
    id: 'BestHour',
    description: 'When in the week the user is most likely to be there; null in a log without times of day.',
  });

export const stage = z.enum(STAGES).meta({
  id: 'Stage',
  description:
    "By the user's own rhythm: new (came within 30 days, did not buy twice), active, due (about when the next purchase usually comes), lapsing, lost.",
});

export const pseudonym = z.string().meta({
  description: "The user's pseudonym: HMAC-SHA256 of the shop's id, 64 hexadecimal digits.",
  pattern: '^[0-9a-f]{64}$',
});

/** The shop's own id, told to keys of scope `read:ids` and `admin` only. */
export const shopId = z.string().optional().meta({
  description: "The shop's own id; only for keys of scope read:ids or admin.",
});

export const userPath = z.object({
  userId: z
    .string()
    .min(1)
    .meta({
      description: "The shop's own id of the user, at most 256 bytes; or ~ and the pseudonym.",
      examples: ['u1'],
    }),
});

export const dayQuery = day
  .optional()
  .meta({ description: 'The day shown; the latest day with a finished run when absent.' });

/** How many of a list come at once. */
export const limitQuery = z
  .int({ error: 'must be a whole number from 1 to 1000' })
  .min(1, { error: 'must be a whole number from 1 to 1000' })
  .max(1_000, { error: 'must be a whole number from 1 to 1000' })
  .default(100)
  .meta({ description: 'How many come at once.' });

export const cursorQuery = z
  .string()
  .optional()
  .meta({ description: '`next` of the page before; absent for the first page.' });

export const next = z
  .string()
  .nullable()
  .meta({ description: 'What to send as cursor for the next page; null on the last one.' });
