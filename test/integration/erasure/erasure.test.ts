import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createDynamoClient, type DynamoClient } from '../../../adapters/dynamo/client.ts';
import { scanItems } from '../../../adapters/dynamo/scan.ts';
import { StoreBusy } from '../../../core/ports/store-busy.ts';
import { SHARDS, TABLES } from '../../../core/tables.ts';
import { createHandler as createErase } from '../../../functions/erase/handler.ts';
import { createTraces } from '../../../functions/erase/traces.ts';
import { createHandler as createIngest } from '../../../functions/ingest/handler.ts';
import { createHandler as createRegulations } from '../../../functions/regulations/handler.ts';
import type { Dependencies } from '../../../functions/wiring.ts';
import { eventOf } from '../../support/gateway-event.ts';
import { ADMIN_KEY, openShop, type TestShop } from '../../support/shop.ts';

/** Users planted to be erased: unique words; common words in an order of its own; one of several ids. */
const CANARIES = {
  unique: ['canary-unique-7Q'],
  common: ['canary-common-7Q'],
  merged: ['canary-merged-7Q', 'canary-visitor-7Q', 'canary-device-7Q'],
};
const UNIQUE_WORD = 'zz-canary-word';
const DAYS = ['2030-01-01', '2030-01-02'];

let shop: TestShop;
let client: DynamoClient;
const logged: string[] = [];

beforeAll(async () => {
  const note = (message: string, details?: unknown) => void logged.push(JSON.stringify([message, details]));
  shop = await openShop('UTC', () => ({ log: { info: note, warn: note, error: note } }));
  client = createDynamoClient();
}, 60_000);
afterAll(async () => {
  client?.destroy();
  await shop?.stop();
});

async function call(create: (deps: Dependencies) => unknown, method: string, url: string, body?: unknown) {
  const handler = create(shop.deps) as (event: unknown) => Promise<{ statusCode: number; body?: string }>;
  const reply = await handler(eventOf({ method, url, key: ADMIN_KEY, body, time: shop.now }));
  return { status: reply.statusCode, body: JSON.parse(String(reply.body)) };
}

let sent = 0;
const event = (userId: string, name: string, category: string, day: number) => ({
  type: 'track',
  userId,
  event: name,
  messageId: `m${sent++}`,
  timestamp: `2029-12-${String(day).padStart(2, '0')}T10:00:00Z`,
  properties: { category },
});
const send = (batch: object[]) => call(createIngest, 'POST', '/v1/batch', { batch });
const regulate = async (regulationType: string, ...subjectIds: string[]) => {
  const { body } = await call(createRegulations, 'POST', '/v1/regulations', { regulationType, subjectIds });
  return body.data.regulateId as string;
};
const show = async (id: string) => (await call(createRegulations, 'GET', `/v1/regulations/${id}`)).body.data.regulation;
const erase = () => createErase(shop.deps)();
/** Until every process knows of a suppression. */
const settle = () => {
  shop.now += 61_000;
};
const pseudonym = (id: string) => shop.deps.pseudonyms.pseudonym(id);

/** Where anything of ids is found: tables, files, log lines. */
async function tracesOf(ids: readonly string[], word?: string): Promise<string[]> {
  const found: string[] = [];
  const all = ids.map((id) => createTraces(id, [pseudonym(id)], shop.deps.pseudonyms));
  for (const name of Object.keys(TABLES))
    for await (const item of scanItems(client, name)) {
      if (all.some((traces) => traces.inItem(item).length > 0)) found.push(`table ${name}`);
      if (word && JSON.stringify(item).includes(word)) found.push(`${word} in table ${name}`);
    }
  for (const name of await shop.deps.objects.list('')) {
    const bytes = (await shop.deps.objects.get(name))!;
    if (all.some((traces) => traces.inFile(bytes).length > 0)) found.push(name);
    if (word && createTraces(word, ['-'], shop.deps.pseudonyms).inFile(bytes).includes('id'))
      found.push(`${word} in ${name}`);
  }
  for (const line of logged) if (all.some((traces) => traces.inItem(line).length > 0)) found.push(`log: ${line}`);
  return found;
}

/** What training would be made from: every user that runs see, with all actions. */
async function trainingLog(): Promise<string[]> {
  const log: string[] = [];
  for (let shard = 0; shard < SHARDS; shard++)
    for await (const page of shop.deps.users.inShard(shard, '0000-00-00'))
      for (const { user } of page)
        for (const { word, at } of await shop.deps.actions.read(user)) log.push(`${user} ${at} ${word}`);
  return log.sort();
}

const others = Array.from({ length: 6 }, (_, n) => [
  event(`shopper-${n}`, 'Product Viewed', 'shoes', 10 + n),
  event(`shopper-${n}`, 'Order Completed', 'shoes', 12 + n),
]).flat();
const planted = [
  event('canary-unique-7Q', 'Product Viewed', UNIQUE_WORD, 20),
  event('canary-common-7Q', 'Order Refunded', 'shoes', 18),
  event('canary-common-7Q', 'Products Searched', 'shoes', 19),
  event('canary-visitor-7Q', 'Product Viewed', 'shoes', 17),
  event('canary-device-7Q', 'Product Viewed', 'hats', 18),
  event('canary-merged-7Q', 'Order Completed', 'hats', 20),
  { type: 'identify', messageId: 'i1', userId: 'canary-merged-7Q', anonymousId: 'canary-visitor-7Q' },
  { type: 'alias', messageId: 'i2', userId: 'canary-merged-7Q', previousId: 'canary-device-7Q' },
];

test('planted users are erased: nothing of them is left anywhere, and training would not know of them', async () => {
  await send(others);
  const withoutThem = await trainingLog();
  await send(planted);
  for (const day of DAYS) {
    shop.now = Date.parse(`${day}T05:00:00Z`);
    await shop.nightly(day);
  }
  const ids = Object.values(CANARIES).flat();
  const before = await tracesOf(ids, UNIQUE_WORD);
  for (const place of ['table Actions', 'table Users', 'table Links']) expect(before).toContain(place);
  for (const folder of ['scores/', 'audiences/'])
    expect(before.filter((place) => place.startsWith(folder)).length).toBeGreaterThanOrEqual(DAYS.length);

  // The merged person is named by one of the anonymous ids.
  const id = await regulate('SUPPRESS_WITH_DELETE', 'canary-unique-7Q', 'canary-common-7Q', 'canary-device-7Q');
  expect(await show(id)).toMatchObject({ status: 'INITIALIZED', subjects: 3 });
  expect(await erase()).toMatchObject({ finished: 0, waiting: 1 });

  // A process that did not know of the suppression yet stored an event that was in flight.
  await shop.act('canary-unique-7Q', ['2029-12-30T10:00:00Z', `view:${UNIQUE_WORD}`]);
  settle();
  expect(await erase()).toMatchObject({ finished: 0, waiting: 1 });
  expect(await erase()).toMatchObject({ finished: 1, waiting: 0 });

  expect(await tracesOf(ids, UNIQUE_WORD)).toEqual([]);
  expect(await trainingLog()).toEqual(withoutThem);
  const shown = await show(id);
  expect(shown).toMatchObject({ status: 'FINISHED', regulationType: 'SUPPRESS_WITH_DELETE', subjects: 3 });
  const [first, late, last] = shown.certificate.passes;
  expect(first.removed).toMatchObject({ 'table Users': 5, 'table Links': 3 });
  expect(first.removed.files).toBeGreaterThanOrEqual(2 * 3 * DAYS.length);
  expect(late.removed).toMatchObject({ 'table Actions': 1, 'table Users': 1 });
  expect(new Set(Object.values(last.removed))).toEqual(new Set([0]));

  // A late event and the next night change nothing of it.
  expect((await send([event('canary-unique-7Q', 'Product Viewed', UNIQUE_WORD, 21)])).body).toMatchObject({
    accepted: 1,
  });
  await send([{ ...event('', 'Product Viewed', 'shoes', 21), userId: undefined, anonymousId: 'canary-visitor-7Q' }]);
  shop.now = Date.parse('2030-01-03T05:00:00Z');
  expect((await shop.nightly('2030-01-03')).finish).toMatchObject({ scored: 6, failed: 0 });
  expect(await tracesOf(ids, UNIQUE_WORD)).toEqual([]);
}, 240_000);

describe('a request', () => {
  test('of UNSUPPRESS lets all ids of the person in again', async () => {
    const id = await regulate('UNSUPPRESS', 'canary-merged-7Q');
    await erase();
    expect(await show(id)).toMatchObject({ status: 'FINISHED' });
    settle();
    await send([
      event('canary-merged-7Q', 'Product Viewed', 'shoes', 22),
      event('canary-visitor-7Q', 'Product Viewed', 'hats', 22),
    ]);
    expect(await shop.deps.actions.read(pseudonym('canary-merged-7Q'))).toHaveLength(1);
    expect(await shop.deps.actions.read(pseudonym('canary-visitor-7Q'))).toHaveLength(1);
  });

  test('of SUPPRESS_ONLY keeps what is there, and takes nothing more under any id', async () => {
    await send([
      event('quiet', 'Product Viewed', 'shoes', 20),
      { type: 'identify', userId: 'quiet', anonymousId: 'quiet-a' },
    ]);
    const id = await regulate('SUPPRESS_ONLY', 'quiet');
    await erase();
    expect(await show(id)).toMatchObject({ status: 'FINISHED' });
    settle();
    await send([event('quiet', 'Product Viewed', 'hats', 21), event('quiet-a', 'Product Viewed', 'hats', 21)]);
    expect((await shop.deps.actions.read(pseudonym('quiet'))).map(({ word }) => word)).toEqual(['view:shoes']);
  });

  test('of DELETE_ONLY lets the user come back', async () => {
    await send([event('back', 'Product Viewed', 'shoes', 20)]);
    const id = await regulate('DELETE_ONLY', 'back');
    await erase();
    settle();
    await erase();
    expect(await show(id)).toMatchObject({ status: 'FINISHED' });
    expect(await shop.deps.users.get(pseudonym('back'))).toBeUndefined();
    await send([event('back', 'Product Viewed', 'hats', 21)]);
    expect(await shop.deps.actions.read(pseudonym('back'))).toHaveLength(1);
  });

  test.each([
    [{ regulationType: 'FORGET', subjectIds: ['u'] }, 'bad-regulationType'],
    [{ regulationType: 'DELETE_ONLY', subjectType: 'OBJECT_ID', subjectIds: ['u'] }, 'bad-subjectType'],
    [{ regulationType: 'DELETE_ONLY', subjectIds: [] }, 'bad-subjectIds'],
    [{ regulationType: 'DELETE_ONLY', subjectIds: Array.from({ length: 5_001 }, (_, n) => `u${n}`) }, 'bad-subjectIds'],
    [{ regulationType: 'DELETE_ONLY', subjectIds: ['u', 'x'.repeat(257)] }, 'bad-subjectIds'],
    [{ regulationType: 'DELETE_ONLY', subjectIds: ['u', null] }, 'bad-subjectIds'],
    [{ regulationType: 'DELETE_ONLY' }, 'bad-subjectIds'],
  ])('that is wrong is refused, and names the field', async (body, type) => {
    const reply = await call(createRegulations, 'POST', '/v1/regulations', body);
    expect(reply).toMatchObject({ status: 400, body: { type: `urn:buy-timing:problem:${type}` } });
    expect(await shop.deps.erasures.waiting()).toEqual([]);
  });

  test('of 5,000 ids is taken', async () => {
    const id = await regulate('SUPPRESS_ONLY', ...Array.from({ length: 5_000 }, (_, n) => `many-${n}`));
    expect(await shop.deps.erasures.users(id)).toHaveLength(5_000);
    // Carrying it out takes long here, and nothing that fewer ids do not show.
    await shop.deps.erasures.finish((await shop.deps.erasures.get(id))!);
  });
});

describe('tables restored from a backup', () => {
  const again = (restoredTo: string) => createErase(shop.deps)({ restoredTo });
  const erased = async (...ids: string[]) => {
    const id = await regulate('DELETE_ONLY', ...ids);
    await erase();
    settle();
    await erase();
    expect(await show(id)).toMatchObject({ status: 'FINISHED' });
  };

  test('lose again who was erased since, and nobody else', async () => {
    const instant = (at: number) => new Date(at).toISOString();
    const of = (id: string) => event(id, 'Product Viewed', 'shoes', 20);
    await send([of('erased-early')]);
    await erased('erased-early');
    settle();
    const restoredTo = shop.now;
    // Who was erased before the backup came back before it, too.
    await send([of('erased-early'), of('erased-late'), of('never-erased')]);
    await send([{ type: 'identify', userId: 'erased-late', anonymousId: 'erased-late visitor' }]);
    await shop.nightly('2030-01-02', { restart: true });
    settle();
    const copies = new Map<string, Record<string, unknown>[]>();
    for (const name of Object.keys(TABLES)) {
      copies.set(name, []);
      for await (const item of scanItems(client, name)) copies.get(name)!.push(item);
    }
    await erased('erased-late');
    expect(await tracesOf(['erased-late'])).toEqual([]);
    for (const name of ['Actions', 'Users', 'Links'])
      for (const Item of copies.get(name)!) await client.send(new PutCommand({ TableName: name, Item }));
    expect(await tracesOf(['erased-late'])).not.toEqual([]);

    expect(await again(instant(shop.now + 1))).toMatchObject({ again: 0 });
    expect(await again(instant(restoredTo))).toMatchObject({ again: 2 });
    settle();
    expect(await erase()).toMatchObject({ waiting: 0 });
    expect(await tracesOf(['erased-late', 'erased-late visitor'])).toEqual([]);
    for (const id of ['erased-early', 'never-erased']) expect(await shop.deps.users.get(pseudonym(id))).toBeDefined();
  });

  test('are told by an instant with its zone', async () => {
    for (const text of ['yesterday', '2030-01-01', '2030-01-01T10:00:00'])
      await expect(again(text)).rejects.toThrow('restoredTo must be an instant');
  });
});

describe('an erasure that is cut off', () => {
  const places = [
    'putUsers',
    'add',
    'noteErased',
    'put',
    'table Actions',
    'table Users',
    'table Links',
    'file',
    'finish',
  ];

  test.each(places)('at %s is completed by the next call', async (place) => {
    await send([
      event(`cut ${place}`, 'Product Viewed', 'shoes', 30),
      { type: 'identify', userId: `cut ${place}`, anonymousId: `cut ${place} visitor` },
    ]);
    await shop.deps.objects.put('exports/cut.csv', Buffer.from(`user\n${pseudonym(`cut ${place}`)}\n`));
    const id = await regulate('SUPPRESS_WITH_DELETE', `cut ${place}`);
    let failures = 0;
    const once =
      <A extends unknown[], R>(name: string, real: (...args: A) => Promise<R>) =>
      async (...args: A): Promise<R> => {
        if (name !== place || failures++ > 0) return real(...args);
        throw new StoreBusy();
      };
    const { erasures, suppressions, objects, tablePlaces } = shop.deps;
    const broken = createErase({
      ...shop.deps,
      erasures: {
        ...erasures,
        putUsers: once('putUsers', erasures.putUsers),
        noteErased: once('noteErased', erasures.noteErased),
        put: once('put', erasures.put),
        finish: once('finish', erasures.finish),
      },
      suppressions: { ...suppressions, add: once('add', suppressions.add) },
      objects: { ...objects, put: once('file', objects.put) },
      tablePlaces: tablePlaces.map((place) => ({ ...place, remove: once(place.name, place.remove) })),
    });
    for (let round = 0; round < 4; round++) {
      await broken().catch((error) => expect(error).toBeInstanceOf(StoreBusy));
      settle();
    }
    expect(failures).toBeGreaterThan(0);
    expect(await show(id)).toMatchObject({ status: 'FINISHED' });
    expect(await tracesOf([`cut ${place}`, `cut ${place} visitor`])).toEqual([]);
  });

  test('without a word goes on once its lease has ended', async () => {
    await send([event('leased', 'Product Viewed', 'shoes', 30)]);
    await regulate('DELETE_ONLY', 'leased');
    expect(await shop.deps.erasures.takeLease('gone', shop.now, shop.now + 60_000)).toBe(true);
    expect(await erase()).toMatchObject({ busy: true, finished: 0 });
    settle();
    expect(await erase()).toMatchObject({ busy: false });
    expect(await shop.deps.users.get(pseudonym('leased'))).toBeUndefined();
  });
});
