import * as z from 'zod';
import {
  band,
  bestHour,
  bestWindow,
  cursorQuery,
  day,
  dayQuery,
  expected,
  instant,
  limitQuery,
  next,
  probabilities,
  probability,
  pseudonym,
  shopId,
  stage,
  wholeNumber,
} from '../http/schemas.ts';
import type { Contracts } from '../openapi/contract.ts';
import { rule } from './rule-schema.ts';

export const audienceQuery = z.object({ day: dayQuery, limit: limitQuery, cursor: cursorQuery });

const DAYS = 'must be a whole number of days from 1 to 30';
export const liftQuery = z.object({
  days: z.int({ error: DAYS }).min(1, { error: DAYS }).max(30, { error: DAYS }).default(14).meta({
    description: 'A purchase counts within so many days from the day on which the user came into the audience.',
  }),
});

const path = z.object({ name: z.string().meta({ description: 'A band, or the name of an audience of your own.' }) });

const audienceCount = z
  .object({
    day,
    count: wholeNumber.meta({ description: 'Users that lists and downloads hold.' }),
    heldOut: wholeNumber.meta({ description: 'Users of the audience that are kept out of them.' }),
  })
  .meta({ id: 'AudienceCount' });

const member = z
  .object({
    user: pseudonym,
    userId: shopId,
    probability: probabilities,
    band,
    stage,
    silenceDays: wholeNumber,
    boughtDaysAgo: wholeNumber.nullable().meta({ description: 'Days since the last purchase; null for none.' }),
    expected,
    bestWindow,
    bestHour,
  })
  .meta({ id: 'AudienceUser' });

export const audienceReply = audienceCount
  .extend({
    name: z.string(),
    users: z.array(member).meta({ description: 'Most probable to buy within 7 days first.' }),
    next,
    history: z.array(audienceCount).optional().meta({ description: 'By day, oldest first; on the first page.' }),
  })
  .meta({ id: 'Audience' });

const holdout = z
  .number({ error: 'must be a share from 0 to 0.5' })
  .min(0, { error: 'must be a share from 0 to 0.5' })
  .max(0.5, { error: 'must be a share from 0 to 0.5' })
  .meta({
    description:
      'Share of its users, always the same ones, kept out of lists and downloads, so that lift can be measured.',
  });

const audienceSummary = z
  .object({
    name: z.string(),
    kind: z.enum(['band', 'rule']).meta({ description: 'One of the four bands, or one of your own.' }),
    rule: rule.optional(),
    holdout,
    createdAt: instant.optional(),
    latest: audienceCount.nullable().meta({
      description: 'As of the latest run; null before the first one, or while the rule waits for the next.',
    }),
  })
  .meta({ id: 'AudienceSummary' });

export const audiencesReply = z
  .object({
    audiences: z.array(audienceSummary),
    categories: z.array(z.string()).meta({
      description: 'Categories that a rule can name, those of most users first; at most 500.',
    }),
  })
  .meta({ id: 'Audiences' });

const NAME = 'must have 1 to 64 of a to z, 0 to 9 and -, beginning with a letter or digit';
export const audienceBody = z
  .strictObject({
    name: z
      .string({ error: NAME })
      .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, { error: NAME })
      .meta({ description: "Not a band's name." }),
    rule,
    holdout: holdout.optional(),
    replace: z
      .boolean({ error: 'must be true or false' })
      .optional()
      .meta({ description: 'Replaces an audience of this name; without it one is refused.' }),
  })
  .meta({ id: 'AudienceBody' });

export const countBody = z.strictObject({ rule }).meta({ id: 'CountBody' });

const countReply = z
  .object({
    day,
    users: wholeNumber.meta({ description: 'Users scored that day.' }),
    count: wholeNumber.meta({ description: 'Users that match; an estimate where sampled.' }),
    sampled: z.boolean().meta({ description: 'Whether the count comes from a sample: done above 100,000 users.' }),
    sample: wholeNumber.meta({ description: 'Users that were asked.' }),
    low: wholeNumber.meta({ description: '95 % interval of the count; the count itself where it is exact.' }),
    high: wholeNumber,
  })
  .meta({ id: 'Count' });

const interval = (id: string, value: z.ZodType<number>) => z.object({ value, low: value, high: value }).meta({ id });
const group = z
  .object({
    users: wholeNumber,
    buyers: wholeNumber,
    rate: interval('Rate', probability).nullable().meta({ description: 'With its 95 % interval; null of nobody.' }),
  })
  .meta({ id: 'LiftGroup' });

const liftReply = z
  .object({
    name: z.string(),
    holdout,
    days: wholeNumber,
    from: day.nullable().meta({ description: 'First day on which a user counted here came in; null for none.' }),
    to: day.nullable(),
    treated: group,
    heldOut: group,
    difference: interval('Difference', z.number().min(-1).max(1))
      .nullable()
      .meta({ description: 'Rate of the treated less that of the held-out, with its 95 % interval.' }),
  })
  .meta({ id: 'Lift' });

export type AudienceReply = z.infer<typeof audienceReply>;
export type AudienceSummary = z.infer<typeof audienceSummary>;
export type AudiencesReply = z.infer<typeof audiencesReply>;
export type CountReply = z.infer<typeof countReply>;
export type LiftReply = z.infer<typeof liftReply>;

const UNKNOWN = { 'unknown-audience': 'There is no audience of this name.' };
const NOT_SCORED = { 'not-scored': 'There is no finished run of that day.' };
const RULE = {
  'bad-rule': 'The rule is none, contradicts itself, or names a category that nobody is likely to buy of.',
};

export const contracts: Contracts = {
  'GET /v1/audiences': {
    tag: 'Audiences',
    summary: 'Every audience',
    description: 'The four bands and those of your own, with their counts.',
    replies: { 200: { description: 'The audiences.', json: audiencesReply } },
  },
  'POST /v1/audiences': {
    tag: 'Audiences',
    summary: 'Save an audience',
    description: 'It is put together at once from the latest run, and by every nightly run from then on.',
    body: audienceBody,
    replies: { 201: { description: 'The audience.', json: audienceSummary } },
    problems: {
      400: {
        ...RULE,
        'bad-name': 'The name is none, or that of a band.',
        'bad-holdout': 'The holdout is no share from 0 to 0.5.',
        'bad-replace': 'replace is neither true nor false.',
        'bad-body': 'A field is not known.',
        'too-many': 'There are 100 audiences already; delete one.',
      },
      409: { 'audience-exists': 'An audience of this name exists; send replace: true to replace it.' },
    },
  },
  'POST /v1/audiences/count': {
    tag: 'Audiences',
    summary: 'How many users match a rule',
    description: 'As of the latest run; for a page on which a rule is being written.',
    body: countBody,
    replies: { 200: { description: 'The count.', json: countReply } },
    problems: { 400: { ...RULE, 'bad-body': 'A field is not known.' }, 404: NOT_SCORED },
  },
  'GET /v1/audiences/{name}': {
    tag: 'Audiences',
    summary: 'The users of an audience',
    description:
      'By P(purchase within 7 days), by pages; with Accept: text/csv the answer leads to a download of all of them.',
    path,
    query: audienceQuery,
    replies: {
      200: { description: 'A page of users.', json: audienceReply },
      303: { description: 'Where the CSV is, for five minutes.', headers: { Location: 'A URL that needs no key.' } },
    },
    problems: {
      400: { 'too-large': 'More users than fit into one download; read them by pages.' },
      404: { ...UNKNOWN, ...NOT_SCORED },
    },
  },
  'DELETE /v1/audiences/{name}': {
    tag: 'Audiences',
    summary: 'Delete an audience',
    description: 'With its lists, counts and what lift was measured from. Bands stay.',
    path,
    replies: { 204: { description: 'It is gone.' } },
    problems: { 400: { 'bad-name': 'A band cannot be deleted.' }, 404: UNKNOWN },
  },
  'GET /v1/audiences/{name}/lift': {
    tag: 'Audiences',
    summary: 'Whether writing to an audience made a difference',
    description:
      'Users who came into the audience since it was saved, treated against held out, by who bought within some days. Every user counts once, from the day of coming in; whose days are not over is left out.',
    path,
    query: liftQuery,
    replies: { 200: { description: 'The comparison.', json: liftReply } },
    problems: { 404: UNKNOWN },
  },
};
