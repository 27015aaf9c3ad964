/** `POST /v1/{track,identify,page,screen,group,alias,batch}`: Segment's HTTP tracking API. */
import { chunksOf, expiryOf } from '../../core/ingest/chunks.ts';
import { groupByUser, type UserGroup } from '../../core/ingest/group.ts';
import { parseBody } from '../../core/ingest/parse.ts';
import type { ActionChunk, ActionStore } from '../../core/ports.ts';
import { concurrently } from '../concurrently.ts';
import type { Environment } from '../environment.ts';
import { type ApiDependencies, type ApiReply, type ApiRequest, api, type HttpHandler, Problem } from '../http/api.ts';
import { readJson } from '../http/json.ts';
import { applyIdentities, dropSuppressed, type IdentityDependencies } from './identities.ts';

export interface IngestDependencies extends ApiDependencies, IdentityDependencies {
  environment: Pick<Environment, 'RETENTION_DAYS'>;
  actions: Pick<ActionStore, 'put'>;
}

/** Writes of one request at a time. */
const CONCURRENCY = 16;

export function createHandler(deps: IngestDependencies): HttpHandler {
  return api(deps, { style: 'tracking', keyOf: writeKeyOf }, (request) => ingest(deps, request));
}

async function ingest(deps: IngestDependencies, request: ApiRequest): Promise<ApiReply> {
  const call = request.routeKey.slice(request.routeKey.lastIndexOf('/') + 1);
  const whole = parseBody(call, readJson(request), { receivedAt: deps.clock(), zone: deps.zone });
  if ('code' in whole) throw new Problem(400, whole.code, whole.message);
  const { parsed, suppressed } = await dropSuppressed(deps, whole);
  if (suppressed > 0) deps.log.info('events of suppressed users were dropped', { suppressed });
  const groups = groupByUser(parsed.actions, deps.zone).map((group) => ({
    group,
    user: deps.pseudonyms.pseudonym(group.userId),
  }));
  const chunks = groups.flatMap(({ group, user }) => chunksOfGroup(deps, group, user, request.key?.source));
  await concurrently(chunks, CONCURRENCY, (chunk) => deps.actions.put(chunk));
  const refused = await applyIdentities(deps, parsed);
  // Only now: were users touched first and the request cut off, a nightly run could miss actions that come with the
  // retry. A repeated request touches again, since the one before may have ended between the two.
  await concurrently(groups, CONCURRENCY, ({ group, user }) =>
    deps.users.touch({
      user,
      encryptedId: () => deps.pseudonyms.encrypt(group.userId),
      first: group.first,
      last: group.last,
      today: deps.zone.dayOf(deps.clock()),
    }),
  );
  const errors = [...parsed.errors, ...refused].sort((a, b) => a.index - b.index);
  const { received, accepted } = parsed;
  return { status: 200, body: { success: true, received, accepted: accepted - refused.length, errors } };
}

function chunksOfGroup(
  { environment }: IngestDependencies,
  group: UserGroup,
  user: string,
  source: string | undefined,
): ActionChunk[] {
  return [...group.days].flatMap(([day, actions]) => {
    const expires = expiryOf(day, environment.RETENTION_DAYS);
    return chunksOf(user, day, actions, ({ sentTime, id }) => `${sentTime} ${id}`).map((chunk) => ({
      ...chunk,
      ...(source !== undefined && { source }),
      ...(expires !== undefined && { expires }),
    }));
  });
}

/** Browsers send their key in the body, since a header would cost them a preflight. */
function writeKeyOf(request: ApiRequest): string | undefined {
  const body = readJson(request);
  if (typeof body !== 'object' || body === null) return undefined;
  const { writeKey } = body as { writeKey?: unknown };
  return typeof writeKey === 'string' ? writeKey : undefined;
}
