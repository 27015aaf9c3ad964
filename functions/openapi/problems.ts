/** Failures as the document tells them: those of each route, and those that all routes share. */
import * as z from 'zod';
import type { Route } from '../routes.ts';
import type { Contract } from './contract.ts';

export const problem = z
  .looseObject({
    type: z.string().meta({ description: 'urn:buy-timing:problem: and the name of the problem.' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'What is wrong and what to do, for people.' }),
    errors: z
      .array(z.object({ pointer: z.string(), detail: z.string() }))
      .optional()
      .meta({ description: 'The fields at fault, as JSON pointers into the body or #/query.' }),
  })
  .meta({ id: 'Problem', description: 'A failure as RFC 9457 tells it.' });

export const trackingFailure = z
  .object({ success: z.literal(false), code: z.string(), message: z.string() })
  .meta({ id: 'TrackingFailure', description: 'A failure as tracking clients expect it.' });

/** What API Gateway itself answers to a request that reaches no function. */
export const gatewayMessage = z.object({ message: z.string() }).meta({ id: 'GatewayMessage' });

/** Problem types by status, the shared ones included. */
export function problemsOf(route: Route, contract: Contract): Map<number, Record<string, string>> {
  const problems = new Map<number, Record<string, string>>();
  const add = (status: number, types: Record<string, string>) =>
    problems.set(status, { ...problems.get(status), ...types });
  if (route.function === 'health') return problems;
  const fields = Object.keys(contract.query?.shape ?? {});
  add(400, Object.fromEntries(fields.map((name) => [`bad-${name}`, `${name} does not fit its schema.`])));
  if (contract.path?.shape.userId) add(400, { 'bad-user-id': 'The user id is empty or over 256 bytes.' });
  if (contract.body) {
    add(400, { 'unreadable-body': 'The body is not JSON in UTF-8, or not the gzip it says it is.' });
    add(413, { 'body-too-large': 'The body has more than 500 KB.' });
  }
  for (const [status, types] of Object.entries(contract.problems ?? {})) add(Number(status), types);
  if (route.scope !== 'none') {
    add(401, { 'missing-key': 'The request carries no key.', 'unknown-key': 'The key does not exist or was revoked.' });
    add(403, { 'wrong-scope': `This needs a key of scope ${route.scope}.` });
    add(503, { busy: 'The store takes no more for now; Retry-After says when it will.' });
    add(500, { internal: 'A failure of ours, logged with the request id.' });
  }
  return problems;
}
