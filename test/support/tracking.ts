/** The tracking and actions functions over a real store, with a clock that stands where it is put. */
import { randomUUID } from 'node:crypto';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { createDigests } from '../../adapters/digests.ts';
import { createActionStore } from '../../adapters/dynamo/actions.ts';
import type { DynamoClient } from '../../adapters/dynamo/client.ts';
import { createLinkStore } from '../../adapters/dynamo/links.ts';
import { createMergedUsers } from '../../adapters/dynamo/merged-users.ts';
import { createSettingStore } from '../../adapters/dynamo/settings.ts';
import { createSourceStore } from '../../adapters/dynamo/sources.ts';
import { createSuppressionStore } from '../../adapters/dynamo/suppressions.ts';
import { createUserStore } from '../../adapters/dynamo/users.ts';
import { createRuleStore } from '../../adapters/ingest-rules.ts';
import { createLinkedActions } from '../../adapters/linked-actions.ts';
import { createPseudonyms } from '../../adapters/pseudonyms.ts';
import { createSourceLedger } from '../../adapters/source-ledger.ts';
import type { ApiKey } from '../../core/ports/keys.ts';
import type { ObjectStore } from '../../core/ports/objects.ts';
import { zoneOf } from '../../core/time.ts';
import { createHandler as createActionsHandler } from '../../functions/actions/handler.ts';
import { createHandler as createIngestHandler, type IngestDependencies } from '../../functions/ingest/handler.ts';
import { createHandler as createSourcesHandler, type SourcesDependencies } from '../../functions/sources/handler.ts';

/** Keys of a test are named as their scopes. */
const KEYS: Record<string, ApiKey> = {
  write: { id: 'w', scope: 'write', name: 'shop', source: 'website' },
  read: { id: 'r', scope: 'read', name: 'dashboard' },
  admin: { id: 'a', scope: 'admin', name: 'owner' },
};

export interface Answer {
  status: number;
  headers: Record<string, string>;
  // biome-ignore lint/suspicious/noExplicitAny: each test knows what it asked for
  body: any;
}

export function createTracking(client: DynamoClient, options: { now?: number; retentionDays?: number } = {}) {
  const clock = { now: options.now ?? Date.now() };
  const secrets = { pepper: 'p'.repeat(32), encryptionKey: 'k'.repeat(32) };
  const mergedUsers = createMergedUsers(client, '');
  const actions = createLinkedActions(
    createActionStore(client, '', () => clock.now),
    mergedUsers,
  );
  const users = createUserStore(client, '');
  const pseudonyms = createPseudonyms(secrets);
  const now = () => clock.now;
  const digest = createDigests(secrets);
  const logged: unknown[] = [];
  const log = (message: string, details?: unknown) => void logged.push([message, details]);
  const zone = zoneOf('Europe/Berlin');
  const sources = createSourceStore(client, '', () => clock.now);
  const settings = createSettingStore(client, '');
  const files = new Map<string, Uint8Array>();
  const objects: ObjectStore = {
    put: async (name, body) => void files.set(name, body),
    get: async (name) => files.get(name),
    list: async (prefix) => [...files.keys()].filter((name) => name.startsWith(prefix)),
    remove: async (name) => void files.delete(name),
  };
  const quiet = { info: log, warn: log, error: log };
  const deps = {
    environment: { RETENTION_DAYS: options.retentionDays },
    clock: () => clock.now,
    log: quiet,
    zone,
    actions,
    users,
    mergedUsers,
    links: createLinkStore(client, ''),
    suppressions: createSuppressionStore(client, '', digest, { clock: now, freshMs: 1_000 }),
    pseudonyms,
    sources,
    rules: createRuleStore({ settings, objects, pseudonyms, clock: () => clock.now, newId: randomUUID }),
    ledger: createSourceLedger(sources, {
      clock: () => clock.now,
      zone,
      log: quiet,
      process: randomUUID(),
      stage: 'test',
    }),
    keys: { find: async (key) => KEYS[key] } as IngestDependencies['keys'],
  } satisfies IngestDependencies & SourcesDependencies;

  const ask = async (
    handler: ReturnType<typeof createIngestHandler>,
    event: Partial<APIGatewayProxyEventV2>,
  ): Promise<Answer> => {
    const reply = await handler({ requestContext: { requestId: 'r' }, ...event } as APIGatewayProxyEventV2);
    const headers = reply.headers as Record<string, string>;
    const isJson = /json$/.test(headers['content-type'] ?? '') && !/ndjson/.test(headers['content-type'] ?? '');
    return {
      status: reply.statusCode ?? 0,
      headers,
      body: isJson ? JSON.parse(String(reply.body)) : reply.body,
    };
  };

  return {
    clock,
    deps,
    digest,
    logged,
    /** What was put into the object store. */
    files,
    ask,
    /** Sends a body as it stands to `POST /v1/{call}`. */
    post: (call: string, body: string | Buffer, headers: Record<string, string> = { authorization: 'Bearer write' }) =>
      ask(createIngestHandler(deps), {
        routeKey: `POST /v1/${call}`,
        headers,
        body: Buffer.from(body).toString('base64'),
        isBase64Encoded: true,
      }),
    list: (userId: string, query: Record<string, string> = {}) =>
      ask(createActionsHandler({ ...deps, pseudonyms }), {
        routeKey: 'GET /v1/users/{userId}/actions',
        headers: { authorization: 'Bearer read' },
        pathParameters: { userId },
        queryStringParameters: query,
      }),
    /** Asks the function of what came in, and of the settings of ingest. */
    settings: (routeKey: string, more: Partial<APIGatewayProxyEventV2> & { json?: unknown } = {}) => {
      const { json, ...event } = more;
      const body = json === undefined ? event.body : JSON.stringify(json);
      return ask(createSourcesHandler(deps), { routeKey, headers: { authorization: 'Bearer admin' }, ...event, body });
    },
    read: (userId: string) => actions.read(pseudonyms.pseudonym(userId)),
    user: (userId: string) => users.get(pseudonyms.pseudonym(userId)),
  };
}
