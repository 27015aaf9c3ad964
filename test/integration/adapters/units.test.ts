/** What each call of a store costs, as DynamoDB itself counts it (`ReturnConsumedCapacity`). */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createDynamoClient } from '../../../adapters/dynamo/client.ts';
import { createOutbox } from '../../../adapters/dynamo/outbox.ts';
import { createRunStore } from '../../../adapters/dynamo/runs.ts';
import { createSettingStore } from '../../../adapters/dynamo/settings.ts';
import { createSourceStore } from '../../../adapters/dynamo/sources.ts';
import { createSuppressionStore } from '../../../adapters/dynamo/suppressions.ts';
import { createUserStore } from '../../../adapters/dynamo/users.ts';
import { EVENT_TYPES, type WindowEvent } from '../../../core/events/window-event.ts';
import { noCounts } from '../../../core/ingest/counts.ts';
import { type CountedStore, startCountedStore } from '../../support/counted-store.ts';
import { FACTS } from '../../support/forecasts.ts';

const DAY = '2026-03-01';
const NEXT = '2026-03-02';
const user = 'a0'.padEnd(64, '0');

let store: CountedStore;
let client: ReturnType<typeof createDynamoClient>;
beforeAll(async () => {
  store = await startCountedStore();
  client = createDynamoClient();
});
afterAll(async () => {
  client.destroy();
  await store.stop();
});
beforeEach(() => void store.take());

/** Those of a write in an index, where the store counts them. */
const inIndex = (count: number) => (store.countsIndexes ? count : 0);

/** Units by verb and table. */
const units = () => Object.fromEntries(Object.entries(store.take()).map(([name, { units }]) => [name, units]));

describe('a row of Users', () => {
  const touch = (day: string) =>
    createUserStore(client, '').touch({
      user,
      encryptedId: () => new Uint8Array(40),
      first: day,
      last: day,
      today: day,
    });

  test('costs a look, a write and one in the index for a new user', async () => {
    await touch(DAY);
    expect(units()).toEqual({ 'GetItem Users': 0.5, 'UpdateItem Users': 1 + inIndex(1) });
  });

  test('costs a look for another action of the day', async () => {
    await touch(DAY);
    expect(units()).toEqual({ 'GetItem Users': 0.5 });
  });

  test('costs a look, a write and two in the index for the first action of a day', async () => {
    await touch(NEXT);
    expect(units()).toEqual({ 'GetItem Users': 0.5, 'UpdateItem Users': 1 + inIndex(2) });
  });

  test('costs its size for a forecast, and nothing in the index', async () => {
    const forecast = { packed: new Uint8Array(2_500), originDay: NEXT, modelVersion: 'v', revision: 0 };
    const users = createUserStore(client, '');
    expect(await users.putForecast(user, { ...forecast, lastActionAt: 1, facts: FACTS })).toBe(true);
    expect(units()).toEqual({ 'UpdateItem Users': 3 });
  });

  test('costs half a unit to read, and to list with others of its shard', async () => {
    const users = createUserStore(client, '');
    await users.get(user);
    await users.getMany([user]);
    for await (const _ of users.inShard(0xa0, DAY));
    expect(units()).toEqual({ 'GetItem Users': 0.5, 'BatchGetItem Users': 0.5, 'Query Users/byShard': 0.5 });
  });
});

describe('what is read consistently costs a unit', () => {
  test('of Runs', async () => {
    const runs = createRunStore(client, '');
    await runs.put({ day: DAY, shard: '000', state: {} });
    await runs.get(DAY, '000');
    expect(units()).toEqual({ 'PutItem Runs': 1, 'GetItem Runs': 1 });
  });

  test('of Settings', async () => {
    const settings = createSettingStore(client, '');
    await settings.put('key', 'k', {});
    await settings.get('key', 'k');
    await settings.list('key');
    expect(units()).toEqual({ 'PutItem Settings': 1, 'GetItem Settings': 1, 'Query Settings': 1 });
  });

  test('of the suppressed, for all requests of half a minute', async () => {
    const suppressions = createSuppressionStore(client, '', (id) => id, { clock: () => 0, freshMs: 30_000 });
    await suppressions.has(user);
    await suppressions.has(user);
    expect(units()).toEqual({ 'GetItem Erasures': 1 });
  });
});

test('counts of a source cost one unit a write, however often they are written', async () => {
  const sources = createSourceStore(client, '', () => 0);
  for (let n = 0; n < 3; n++) await sources.putCounts(DAY, 'web', 'p', noCounts());
  expect(units()).toEqual({ 'PutItem Sources': 3 });
});

test('a window event costs itself and its place in the index, and moves there for two', async () => {
  const outbox = createOutbox(client, '');
  const event: WindowEvent = { id: '1'.padStart(32, '0'), type: EVENT_TYPES[0], user, day: DAY, since: DAY };
  await outbox.record([event], 0);
  expect(units()).toEqual({ 'PutItem Outbox': 1 + inIndex(1) });
  await outbox.markPublished({ ...event, recordedAt: 0, published: false });
  expect(units()).toEqual({ 'PutItem Outbox': 1 + inIndex(2) });
});
