/** The real functions on a DynamoDB and an S3 that let them do only what the stacks would. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MODEL_FILE, readWeights } from '../../adapters/bundles.ts';
import { createActionStore } from '../../adapters/dynamo/actions.ts';
import { createSettingStore } from '../../adapters/dynamo/settings.ts';
import { createUserStore } from '../../adapters/dynamo/users.ts';
import { createKeyStore } from '../../adapters/keys.ts';
import { ORIGIN_HEADER } from '../../core/edge/ports.ts';
import { batchesOf } from '../../core/model/batches.ts';
import { toEnvelope } from '../../core/model/envelope.ts';
import { encodeRequest } from '../../core/model/wire.ts';
import type { Scope } from '../../core/ports/keys.ts';
import { SHOP_STATISTICS } from '../../core/shop-statistics.ts';
import { addDays, zoneOf } from '../../core/time.ts';
import { createHandler as actions } from '../../functions/actions/handler.ts';
import { createHandler as audiences } from '../../functions/audiences/handler.ts';
import { createHandler as bands } from '../../functions/bands/handler.ts';
import { createHandler as deliver } from '../../functions/deliver/handler.ts';
import { createHandler as demand } from '../../functions/demand/handler.ts';
import { handler as authorize } from '../../functions/edge/authorize/index.ts';
import { handler as rotate } from '../../functions/edge/rotate/index.ts';
import { createHandler as erase } from '../../functions/erase/handler.ts';
import { createHandler as events } from '../../functions/events/handler.ts';
import { createHandler as health } from '../../functions/health/handler.ts';
import type { HttpHandler } from '../../functions/http/api.ts';
import { createHandler as ingest } from '../../functions/ingest/handler.ts';
import { createHandler as keysOf } from '../../functions/keys/handler.ts';
import { createHandler as finish } from '../../functions/nightly/finish/handler.ts';
import { createHandler as lookBack } from '../../functions/nightly/look-back/handler.ts';
import { createHandler as plan } from '../../functions/nightly/plan/handler.ts';
import { createHandler as scoreShard } from '../../functions/nightly/score-shard/handler.ts';
import { createHandler as openapi } from '../../functions/openapi/handler.ts';
import { createHandler as overview } from '../../functions/overview/handler.ts';
import { createHandler as profile } from '../../functions/profile/handler.ts';
import { createHandler as promotion } from '../../functions/promotion/handler.ts';
import { createHandler as quality } from '../../functions/quality/handler.ts';
import { createHandler as regulations } from '../../functions/regulations/handler.ts';
import { createHandler as scorer } from '../../functions/scorer/handler.ts';
import { createHandler as sources } from '../../functions/sources/handler.ts';
import { createHandler as timing } from '../../functions/timing/handler.ts';
import { createHandler as exporting } from '../../functions/training-export/handler.ts';
import { createHandler as webhooks } from '../../functions/webhooks/handler.ts';
import { createDependencies, type Dependencies } from '../../functions/wiring.ts';
import { type AnyFunction, PERMISSIONS } from '../../lib/permissions.ts';
import { type Part, startPart } from '../../local/part.ts';
import { startEdgeCloud } from '../support/edge-cloud.ts';
import { eventOf } from '../support/gateway-event.ts';
import { BUCKET, callsOf, type GuardedCloud, startGuardedCloud } from '../support/guarded-cloud.ts';
import { startStore, type TestStore } from '../support/store.ts';

const BUNDLE = fileURLToPath(new URL('../../model/bundles/tiny', import.meta.url));
const manifest = JSON.parse(readFileSync(join(BUNDLE, 'manifest.json'), 'utf8')) as { version: string; files: object };
const { version } = manifest;
const today = zoneOf('UTC').dayOf(Date.now());
const yesterday = addDays(today, -1);

const folder = mkdtempSync(join(tmpdir(), 'buy-timing-permissions-'));
const done = new Map<AnyFunction, Set<string>>();
let store: TestStore;
let cloud: GuardedCloud;
let model: Part;
let keys: { write: string; ids: string; admin: string };

beforeAll(async () => {
  store = await startStore();
  cloud = await startGuardedCloud(store.url);
  model = await startPart('model endpoint', './model-worker.ts', { bundle: BUNDLE });
  const keyStore = createKeyStore(createSettingStore(store.client, ''), Date.now, {});
  const make = async (scope: Scope) => (await keyStore.create({ scope, name: scope })).key;
  keys = { write: await make('write'), ids: await make('read:ids'), admin: await make('admin') };
  await createSettingStore(store.client, '').put('model', 'live', { version });
  for (const file of ['manifest.json', 'vocabulary.json', MODEL_FILE])
    cloud.files.set(`models/${version}/${file}`, readFileSync(join(BUNDLE, file)));
  writeFileSync(join(folder, 'secrets.json'), JSON.stringify({ pepper: 'a pepper for this test only' }));
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_DYNAMODB: cloud.url,
    AWS_ENDPOINT_URL_S3: cloud.url,
    AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: `http://127.0.0.1:${model.port}`,
  });
});

afterAll(async () => {
  await model?.close();
  await cloud?.stop();
  await store?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A function as it comes up cold, with its permissions. */
async function as<T>(name: AnyFunction, createHandler: (deps: Dependencies) => T): Promise<T> {
  if (!done.has(name)) done.set(name, new Set());
  cloud.become(PERMISSIONS[name], done.get(name)!);
  const deps = await createDependencies({
    SHOP_TIME_ZONE: 'UTC',
    WEBHOOK_ALLOW_LOCAL: 'true',
    SCORER: 'endpoint',
    PEPPER_SECRET_ID: `file:${join(folder, 'secrets.json')}`,
    OBJECTS: `s3://${BUCKET}`,
  });
  return createHandler(deps);
}

async function call(handler: HttpHandler, method: string, url: string, key: string, body?: unknown, accept = '*/*') {
  const headers = ['content-type', 'application/json', 'accept', accept];
  const reply = await handler(eventOf({ method, url, key, body, headers }));
  const { statusCode: status, headers: sent = {} } = reply;
  return { status, headers: sent, body: reply.body === undefined ? undefined : JSON.parse(reply.body) };
}

const event = (userId: string, name: string, daysAgo: number) => ({
  type: 'track',
  userId,
  event: name,
  messageId: `${userId} ${name} ${daysAgo}`,
  timestamp: new Date(Date.now() - daysAgo * 86_400_000).toISOString(),
  properties: { category: 'shoes' },
});

async function night(input: { day: string; restart?: boolean }) {
  const { day, shards } = await (await as('plan', plan))(input);
  if (shards.length > 0) await (await as('look-back', lookBack))({ day });
  const score = await as('score-shard', scoreShard);
  for (const shard of shards) await score({ day, shard });
  return (await as('finish', finish))({ day });
}

test('what the shop says of its events is changed, three times, and read', async () => {
  const handler = await as('sources', sources);
  const put = async (path: string, body: unknown) =>
    expect(await call(handler, 'PUT', path, keys.admin, body)).toMatchObject({ status: 200 });
  for (const category of ['a', 'b', 'c']) await put('/v1/catalog', { p1: category });
  await put('/v1/event-types', { Gekauft: 'purchase' });
  for (const shopify of [{ secret: 'a secret of webhooks' }, null]) await put('/v1/sources/shop', { shopify });
  for (const path of ['/v1/sources', '/v1/sources/rejects', '/v1/catalog?product=p1', '/v1/event-types'])
    expect(await call(handler, 'GET', path, keys.ids)).toMatchObject({ status: 200 });
});

test('actions are ingested, of new users and of known ones', async () => {
  const { handler, ledger } = await as('ingest', (deps) => ({ handler: ingest(deps), ledger: deps.ledger }));
  const first = [event('u1', 'Product Viewed', 5), event('u1', 'Order Completed', 4), event('u2', 'Product Viewed', 3)];
  expect(await call(handler, 'POST', '/v1/batch', keys.write, { batch: first })).toMatchObject({ status: 200 });
  const second = [
    event('u1', 'Product Added', 2),
    { type: 'identify', userId: 'u1', anonymousId: 'visitor', messageId: 'i1' },
  ];
  expect(await call(handler, 'POST', '/v1/batch', keys.write, { batch: second })).toMatchObject({ status: 200 });
  await ledger.flush();
});

test('nights are run: one with shards that fail, one again, one of a past day', async () => {
  await (await as('plan', plan))({ day: today });
  expect((await (await as('finish', finish))({ day: today })).failed).toBe(2);
  // What an earlier attempt left, and this one has nobody for.
  const left = [
    `scores/day=${today}/shard=none.ndjson.gz`,
    `warehouse/day=${today}/shard=none.parquet`,
    `audiences/day=${today}/band=now/page=00009.ndjson.gz`,
  ];
  for (const name of left) cloud.files.set(name, Buffer.from(''));
  const settings = createSettingStore(store.client, '');
  await settings.put('outcome', '2020-01-01 01', {});
  expect(await night({ day: today })).toMatchObject({ scored: 2, modelCalls: 2, failed: 0 });
  expect(await night({ day: today, restart: true })).toMatchObject({ scored: 2, modelCalls: 0 });
  const rule = { category: { name: 'shoes' } };
  const saved = { name: 'shoes', rule, holdout: 0.5 };
  const list = await as('audiences', audiences);
  expect(await call(list, 'POST', '/v1/audiences', keys.admin, saved)).toMatchObject({ status: 201 });
  expect(await night({ day: yesterday })).toMatchObject({ scored: 2, failed: 0 });
  for (const name of left) expect(cloud.files.has(name)).toBe(false);
  expect(await settings.list('outcome')).toEqual([]);
}, 120_000);

test('a user is read: the timing of today, of a past day and a fresh one, and the actions', async () => {
  const handler = await as('timing', timing);
  for (const query of ['', `?day=${yesterday}`, '?fresh=true', '?explain=true'])
    expect(await call(handler, 'GET', `/v1/users/u1/timing${query}`, keys.ids)).toMatchObject({
      status: 200,
      body: { userId: 'u1' },
    });
  const described = await call(await as('profile', profile), 'GET', '/v1/users/u1/profile', keys.ids);
  expect(described).toMatchObject({ status: 200, body: { userId: 'u1', scores: expect.any(Array) } });
  const list = await as('actions', actions);
  expect((await call(list, 'GET', '/v1/users/u1/actions', keys.ids)).body.actions).toHaveLength(3);
  expect(await call(list, 'GET', '/v1/users/nobody/actions', keys.ids)).toMatchObject({ status: 404 });
});

test('the scorer finds the live model and reads its weights', async () => {
  let bytes = 0;
  // ONNX Runtime refuses the arrays of a test's own realm: the model behind the endpoint answers.
  const handler = await as('scorer', ({ bundles, objects, scorer: endpoint }) =>
    scorer({
      bundles,
      async load(bundle) {
        bytes = (await readWeights(bundle, objects)).length;
        return endpoint;
      },
    }),
  );
  const one = { words: Int32Array.of(1), at: Float64Array.of(0), count: Float32Array.of(1), local: Int32Array.of(0) };
  const [batch] = batchesOf([{ ...one, categories: [] }], new Float32Array(SHOP_STATISTICS.length), 86_400);
  const reply = await handler(toEnvelope(encodeRequest(batch!.input, 'binary')));
  expect(reply).toMatchObject({ contentType: expect.stringContaining('binary') });
  expect(bytes).toBeGreaterThan(1e6);
});

test('audiences, the overview and the health are read', async () => {
  const audience = await as('audiences', audiences);
  const replies = [];
  for (const band of ['now', 'soon', 'later', 'unlikely'])
    replies.push(await call(audience, 'GET', `/v1/audiences/${band}`, keys.ids));
  expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  expect(replies.flatMap(({ body }) => body.users.map(({ userId }: { userId: string }) => userId)).sort()).toEqual([
    'u1',
    'u2',
  ]);
  expect(await call(audience, 'POST', '/v1/audiences/count', keys.ids, { rule: { band: ['now'] } })).toMatchObject({
    body: { users: 2 },
  });
  expect((await call(audience, 'GET', '/v1/audiences', keys.ids)).body.audiences).toHaveLength(5);
  const csv = await call(audience, 'GET', '/v1/audiences/shoes', keys.ids, undefined, 'text/csv');
  expect(await (await fetch(String(csv.headers.location))).text()).toMatch(/^user_id,/);
  expect(await call(audience, 'DELETE', '/v1/audiences/shoes', keys.admin)).toMatchObject({ status: 204 });
  const theta = await as('bands', bands);
  for (const value of [0.2, null])
    expect((await call(theta, 'PUT', '/v1/bands', keys.admin, { theta: value })).body.theta).toBe(value);
  const hooks = await as('webhooks', webhooks);
  const make = { url: 'https://127.0.0.1:9/', ids: true };
  const made = await call(hooks, 'POST', '/v1/webhooks', keys.admin, make);
  expect(made.status).toBe(201);
  const tell = await as('deliver', deliver);
  expect((await tell()).published).toBeGreaterThan(0);
  const told = await as('webhooks', webhooks);
  const { id } = made.body;
  const { body: page } = await call(told, 'GET', `/v1/webhooks/${id}/deliveries`, keys.admin);
  await call(told, 'POST', `/v1/webhooks/${id}/replay`, keys.admin, { event: page.deliveries[0].event });
  await call(told, 'DELETE', `/v1/webhooks/${id}`, keys.admin);
  const windows = await as('events', events);
  expect((await call(windows, 'GET', '/v1/events', keys.ids)).body.events.length).toBeGreaterThan(0);
  const view = await as('overview', overview);
  expect(await call(view, 'GET', '/v1/overview', keys.ids)).toMatchObject({ status: 200, body: { users: 2 } });
  const forecast = await as('demand', demand);
  expect(await call(forecast, 'GET', '/v1/demand?by=category', keys.ids)).toMatchObject({
    status: 200,
    body: { users: 2 },
  });
  const judged = await call(await as('quality', quality), 'GET', '/v1/quality', keys.ids);
  expect(judged).toMatchObject({ status: 200, body: { day: today, model: { version } } });
  const check = await as('health', (deps) => health({ ...deps, starting: () => false }));
  expect((await check()).statusCode).toBe(200);
  const document = await as('openapi', () => openapi());
  const event = { routeKey: 'GET /v1/openapi.json' } as Parameters<typeof document>[0];
  expect((await document(event)).statusCode).toBe(200);
});

test('keys are made, listed, rotated and revoked', async () => {
  const handler = await as('keys', keysOf);
  const made = (await call(handler, 'POST', '/v1/keys', keys.admin, { scope: 'read' })).body;
  expect(await call(handler, 'POST', `/v1/keys/${made.id}/rotate`, keys.admin)).toMatchObject({ status: 201 });
  expect((await call(handler, 'GET', '/v1/keys', keys.admin)).body.keys).toHaveLength(5);
  expect((await call(handler, 'DELETE', `/v1/keys/${made.id}`, keys.admin)).status).toBe(204);
});

test('a user is erased from every folder that somebody writes into, and the request is shown', async () => {
  const request = await as('regulations', regulations);
  const body = { regulationType: 'SUPPRESS_WITH_DELETE', subjectIds: ['u1'] };
  const { regulateId } = (await call(request, 'POST', '/v1/regulations', keys.admin, body)).body.data;
  const { user } = (await call(await as('timing', timing), 'GET', '/v1/users/u1/timing', keys.ids)).body;
  await store.client.send(new PutCommand({ TableName: 'Outbox', Item: { user, event: 'planted' } }));
  for (const folder of PERMISSIONS.erase.reads ?? [])
    cloud.files.set(`${folder}/planted.ndjson`, Buffer.from(`{"user":"${user}"}\n`));
  // What a shard adds up while its run is not finished.
  const sums = `demand/day=2020-01-01/shard=${String(Number.parseInt(user.slice(0, 2), 16)).padStart(3, '0')}.gz`;
  cloud.files.set(sums, Buffer.from(''));
  const eraser = () => as('erase', (deps) => erase({ ...deps, environment: { SUPPRESSION_SECONDS: 0 } }));
  const handler = await eraser();
  expect(await handler()).toMatchObject({ finished: 0, waiting: 1 });
  expect(await handler()).toMatchObject({ finished: 1, waiting: 0 });
  for (const [name, file] of cloud.files) if (name.includes('planted')) expect(file.toString()).not.toContain(user);
  expect(cloud.files.has(sums)).toBe(false);
  const shown = await call(await as('regulations', regulations), 'GET', `/v1/regulations/${regulateId}`, keys.admin);
  expect(shown.body.data.status).toBe('FINISHED');
  // As a backup brings it back.
  await store.client.send(new PutCommand({ TableName: 'Outbox', Item: { user, event: 'planted' } }));
  const again = await eraser();
  expect(await again({ restoredTo: '1970-01-01T00:00:00Z' })).toMatchObject({ again: 1, waiting: 1 });
  expect(await again()).toMatchObject({ finished: 1, waiting: 0 });
});

/** A user who acted from 100 days ago on, every week. */
async function plantPast(one: number): Promise<void> {
  const user = createHash('sha256').update(String(one)).digest('hex');
  const days = Array.from({ length: 14 }, (_, week) => addDays(today, -100 + 7 * week));
  for (const [week, day] of days.entries()) {
    const at = Date.parse(`${day}T10:00:00Z`);
    const word = (one + week) % 3 === 0 ? 'purchase:shoes' : 'view:shoes';
    await createActionStore(store.client, '', Date.now).put({
      user,
      day,
      chunk: 'c',
      actions: [{ word, at, id: day }],
    });
  }
  const encryptedId = () => new Uint8Array([1]);
  await createUserStore(store.client, '').touch({ user, encryptedId, first: days[0]!, last: days.at(-1)!, today });
}

test('training data are written, and a bundle is promoted, taken back and watched', async () => {
  for (let one = 0; one < 25; one++) await plantPast(one);
  const kept = await as('training-export', (deps) => exporting({ ...deps, newId: () => 'id' }));
  expect(await kept()).toMatchObject({ enough: true, users: 25, from: version });
  for (const file of Object.keys(manifest.files)) {
    const bytes = readFileSync(join(BUNDLE, file));
    for (const place of ['training/t/bundle', `models/${version}`]) cloud.files.set(`${place}/${file}`, bytes);
  }
  const trainedOne = { ...manifest, version: 'trained-1' };
  cloud.files.set('training/t/bundle/manifest.json', Buffer.from(JSON.stringify(trainedOne)));
  const ask = await as('promotion', (deps) =>
    promotion({ ...deps, newId: () => 'id', load: async () => deps.scorer, progress: () => {} }),
  );
  const who = { by: 'test', why: '' };
  const trained = { do: 'promote', trained: `s3://${BUCKET}/training/t/`, ...who } as const;
  expect(await ask(trained)).toMatchObject({ refused: 'the gate refuses trained-1' });
  expect(await ask({ ...trained, force: true })).toMatchObject({ change: { version: 'trained-1', from: version } });
  expect(await ask({ do: 'watch' })).toEqual({});
  expect(await ask({ do: 'rollback', ...who })).toMatchObject({ change: { version } });
  expect((await ask({ do: 'history' })).history).toMatchObject({ version, objects: `s3://${BUCKET}` });
});

test('the secret header is compared, and replaced', async () => {
  const edge = await startEdgeCloud();
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_SECRETS_MANAGER: edge.url,
    AWS_ENDPOINT_URL_CLOUDFRONT: edge.url,
    ORIGIN_SECRET_ID: 'origin',
    DISTRIBUTION_ID: 'D1',
  });
  const become = (name: 'authorize' | 'rotate') => {
    const calls = new Set<string>();
    done.set(name, calls);
    const may = callsOf(PERMISSIONS[name]);
    edge.allows = (call) => calls.add(call) && may.includes(call);
  };
  const lets = async (value: string) =>
    (await authorize({ headers: { [ORIGIN_HEADER]: value } } as never)).isAuthorized;
  try {
    become('rotate');
    for (const Step of ['createSecret', 'setSecret', 'testSecret', 'finishSecret'])
      await rotate({ Step, ClientRequestToken: 'v2', SecretId: 'origin' } as Parameters<typeof rotate>[0]);
    become('authorize');
    expect(await lets(edge.distribution.value)).toBe(true);
    expect(await lets('guessed')).toBe(false);
    expect(edge.versions.get('v2')).toMatchObject({ value: edge.distribution.value });
  } finally {
    await edge.stop();
  }
});

// What was done is compared the other way round, too: a permission that nothing needs is one too many.
test.each(Object.keys(PERMISSIONS) as AnyFunction[])('%s did all that it may, and nothing else', (name) => {
  // S3 asks for the listing behind every read: a missing file is told from a forbidden one by it.
  const apart = (calls: Iterable<string>) => [...calls].filter((each) => each !== 'list').sort();
  expect(apart(done.get(name)!)).toEqual(apart(callsOf(PERMISSIONS[name])));
});
