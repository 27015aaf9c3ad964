import * as z from 'zod';
import { SCOPES } from '../../core/ports/keys.ts';
import { instant } from '../http/schemas.ts';
import type { Contracts } from '../openapi/contract.ts';

export const LONGEST_OVERLAP_HOURS = 24 * 90;
const HOURS = `must be a number of hours from 0 to ${LONGEST_OVERLAP_HOURS}`;
const NAME = 'must be a text of at most 200 characters';

const scope = z
  .enum(SCOPES, { error: `must be one of ${SCOPES.join(', ')}` })
  .meta({ description: 'write sends actions; read sees pseudonyms; read:ids sees the shop’s ids too; admin may all.' });
const name = z.string({ error: NAME }).max(200, { error: NAME }).meta({ description: 'What the key is for.' });
const source = z
  .string({ error: NAME })
  .min(1, { error: NAME })
  .max(200, { error: NAME })
  .meta({ description: 'Source of the actions that are sent with the key.' });
const id = z.string().meta({ description: 'Names the key in lists; of no use to whoever wants in.' });
const key = z.string().meta({ description: 'The key itself. Only its hash is stored: it is shown this once.' });

export const newKey = z.object({ scope, name: name.default(''), source: source.optional() });

export const rotation = z.object({
  overlapHours: z
    .number({ error: HOURS })
    .min(0, { error: HOURS })
    .max(LONGEST_OVERLAP_HOURS, { error: HOURS })
    .default(24)
    .meta({ description: 'How long the old key works on.' }),
});

const path = z.object({ id: z.string().min(1) });
const unknown = { 404: { 'unknown-key-id': 'There is no key of this id, or it ended.' } };

export const contracts: Contracts = {
  'GET /v1/keys': {
    tag: 'Settings',
    summary: 'List the keys',
    description: 'Without the keys themselves, oldest first.',
    replies: {
      200: {
        description: 'The keys.',
        json: z.object({
          keys: z.array(
            z.object({ id, scope, name, source: source.optional(), createdAt: instant, endsAt: instant.optional() }),
          ),
        }),
      },
    },
  },
  'POST /v1/keys': {
    tag: 'Settings',
    summary: 'Make a key',
    body: newKey,
    replies: { 201: { description: 'The key.', json: z.object({ id, key, scope }) } },
    problems: { 400: { 'bad-scope': 'The scope is not one of them.', 'bad-name': 'The name is too long.' } },
  },
  'DELETE /v1/keys/{id}': {
    tag: 'Settings',
    summary: 'Revoke a key',
    description: 'Every process refuses it after 30 seconds at the latest.',
    path,
    replies: { 204: { description: 'It is revoked.' } },
    problems: unknown,
  },
  'POST /v1/keys/{id}/rotate': {
    tag: 'Settings',
    summary: 'Replace a key',
    description: 'Makes a key of the same scope, name and source; the old one works on for the overlap.',
    path,
    body: rotation,
    bodyOptional: true,
    replies: {
      201: {
        description: 'The new key.',
        json: z.object({ id, key, scope, replaces: z.object({ id, endsAt: instant }) }),
      },
    },
    problems: unknown,
  },
};
