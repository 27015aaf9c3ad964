import * as z from 'zod';
import { cursorQuery, instant, limitQuery, next, userPath } from '../http/schemas.ts';
import type { Contracts } from '../openapi/contract.ts';

export const actionsQuery = z.object({ limit: limitQuery, cursor: cursorQuery });

const action = z
  .object({
    word: z.string().meta({ description: 'type:category, or the type alone.', examples: ['view:shoes'] }),
    at: instant,
    id: z.string().meta({ description: 'The message id, or one made from what was sent.' }),
    source: z.string().nullable().meta({ description: 'The source of the key; null for a key without one.' }),
    request: z.string().nullable().meta({
      description:
        'Id of the request that brought it, as in the answer’s apigw-requestid and in the log; null for an import.',
    }),
    value: z.number().optional().meta({ description: "Money, in the shop's currency." }),
    quantity: z.number().optional().meta({ description: 'Units.' }),
  })
  .meta({ id: 'Action' });

export const actionsReply = z.object({ actions: z.array(action), next }).meta({ id: 'Actions' });

export type ListedAction = z.infer<typeof action>;
export type ActionsReply = z.infer<typeof actionsReply>;

export const contracts: Contracts = {
  'GET /v1/users/{userId}/actions': {
    tag: 'Users',
    summary: 'What a user did',
    description: 'Newest first, by pages.',
    path: userPath,
    query: actionsQuery,
    replies: { 200: { description: 'A page of actions.', json: actionsReply } },
    problems: { 404: { 'unknown-user': 'No action of this user is known.' } },
  },
};
