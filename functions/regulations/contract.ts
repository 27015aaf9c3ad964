import * as z from 'zod';
import { MAX_SUBJECTS, REGULATION_TYPES } from '../../core/erasure/regulation.ts';
import { instant, wholeNumber } from '../http/schemas.ts';
import type { Contracts } from '../openapi/contract.ts';

const ID = 'must be a text of 1 to 256 bytes in valid Unicode, or a whole number';
const IDS = `must be a list of 1 to ${MAX_SUBJECTS} ids`;

const subjectId = z
  .union([z.string(), z.int().transform(String)], { error: ID })
  .refine((id) => id.trim() !== '' && id.isWellFormed() && Buffer.byteLength(id) <= 256, { error: ID });

export const newRegulation = z.object({
  regulationType: z.enum(REGULATION_TYPES, { error: `must be one of ${REGULATION_TYPES.join(', ')}` }).meta({
    description:
      'SUPPRESS_WITH_DELETE erases and takes nothing of the users from then on; DELETE_ONLY erases what is there; SUPPRESS_ONLY only takes nothing more; UNSUPPRESS ends that.',
  }),
  subjectType: z.literal('USER_ID', { error: 'must be USER_ID' }).default('USER_ID'),
  subjectIds: z
    .array(subjectId, { error: IDS })
    .min(1, { error: IDS })
    .max(MAX_SUBJECTS, { error: IDS })
    .meta({ description: 'The shop’s ids, or anonymous ones; every id of the same persons is meant, too.' }),
});

const status = z.enum(['INITIALIZED', 'RUNNING', 'FINISHED']);

const pass = z.object({
  startedAt: instant,
  finishedAt: instant,
  requests: wholeNumber.meta({ description: 'Requests whose users were looked for together.' }),
  removed: z.record(z.string(), wholeNumber).meta({
    description: 'Items of tables and lines of files that were there, by place; 0: looked, and found nothing.',
  }),
});

export const regulationReply = z
  .object({
    data: z.object({
      regulation: z.object({
        id: z.string(),
        regulationType: z.enum(REGULATION_TYPES),
        subjectType: z.literal('USER_ID'),
        subjects: wholeNumber.meta({ description: 'Ids that the request named. Which ones is not kept.' }),
        overallStatus: status,
        status,
        createdAt: instant,
        finishedAt: instant.optional(),
        certificate: z
          .object({ passes: z.array(pass) })
          .optional()
          .meta({ description: 'Of a finished erasure: each look at every place, and what it removed.' }),
      }),
      status,
    }),
  })
  .meta({ id: 'Regulation' });

const created = z.object({ data: z.object({ regulateId: z.string() }) });

export const contracts: Contracts = {
  'POST /v1/regulations': {
    tag: 'Privacy',
    summary: 'Erase or suppress users',
    description: "Segment's convention. What was asked for is done within minutes; GET tells how far it is.",
    body: newRegulation,
    replies: { 200: { description: 'It is begun.', json: created } },
    problems: {
      400: {
        'bad-regulationType': 'The type is none of the four.',
        'bad-subjectType': 'The only type is USER_ID.',
        'bad-subjectIds': 'The list is empty, too long, or holds what is no id.',
      },
    },
  },
  'GET /v1/regulations/{id}': {
    tag: 'Privacy',
    summary: 'How far a request is, and its certificate',
    path: z.object({ id: z.string().min(1) }),
    replies: { 200: { description: 'The request.', json: regulationReply } },
    problems: { 404: { 'unknown-regulation': 'There is no request of this id.' } },
  },
};
