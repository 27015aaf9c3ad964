import { createHash } from 'node:crypto';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { DamagedItem } from '../../../adapters/dynamo/errors.ts';
import { shardOf } from '../../../adapters/dynamo/user-rows.ts';
import { createUserStore } from '../../../adapters/dynamo/users.ts';
import type { StoredForecast, UserStore } from '../../../core/ports/users.ts';
import { addDays } from '../../../core/time.ts';
import { FACTS } from '../../support/forecasts.ts';
import { countRequests, type RequestCount } from '../../support/requests.ts';
import { startStore, type TestStore } from '../../support/store.ts';

const ENCRYPTED = Uint8Array.of(1, 2, 3);

let store: TestStore;
let users: UserStore;
let counted: RequestCount;
let made = 0;
let user = '';

beforeAll(async () => {
  store = await startStore();
  users = createUserStore(store.client, '');
});
afterAll(() => store.stop());
beforeEach(() => {
  user = pseudonym(made++);
  counted = countRequests(store.client);
});
afterEach(() => counted.stop());

function pseudonym(number: number): string {
  return createHash('sha256').update(String(number)).digest('hex');
}

function touch(first: string, last = first, who = user): Promise<void> {
  return users.touch({ user: who, encryptedId: () => ENCRYPTED, first, last, today: first });
}

function forecast(originDay: string, more: Partial<StoredForecast> = {}): StoredForecast {
  return {
    packed: Uint8Array.of(9, 8),
    originDay,
    modelVersion: 'v1',
    revision: 0,
    lastActionAt: 1_234,
    facts: FACTS,
    ...more,
  };
}

const writes = () => counted.of('PutItemCommand') + counted.of('UpdateItemCommand');

describe('touch', () => {
  test('a first action makes the user, in the shard of the pseudonym', async () => {
    await touch('2026-03-01', '2026-03-02');
    expect(await users.get(user)).toStrictEqual({
      user,
      shard: Number.parseInt(user.slice(0, 2), 16),
      firstActionDay: '2026-03-01',
      lastActionDay: '2026-03-02',
      revision: 0,
      encryptedId: ENCRYPTED,
    });
  });

  test('within the days already known nothing is written, and no id is encrypted', async () => {
    await touch('2026-03-01', '2026-03-05');
    counted.names.length = 0;
    await users.touch({
      user,
      encryptedId: () => {
        throw new Error('not needed');
      },
      first: '2026-03-02',
      last: '2026-03-05',
      today: '2026-03-02',
    });
    expect(counted.names).toEqual(['GetItemCommand']);
  });

  test('an action of a day before today raises the revision: a run may have read that day already', async () => {
    await touch('2026-03-01', '2026-03-05');
    const late = { user, encryptedId: () => ENCRYPTED, first: '2026-03-04', last: '2026-03-04' };
    await users.touch({ ...late, today: '2026-03-05' });
    expect((await users.get(user))?.revision).toBe(1);
    await users.touch({ ...late, today: '2026-03-04' });
    expect((await users.get(user))?.revision).toBe(1);
  });

  test('a hundred requests of one day cost one write', async () => {
    for (let n = 0; n < 100; n++) await touch('2026-03-01');
    expect(writes()).toBe(1);
  });

  test.each([
    ['2026-02-27', '2026-03-03', '2026-02-27', '2026-03-05'],
    ['2026-03-03', '2026-03-09', '2026-03-01', '2026-03-09'],
    ['2026-02-01', '2026-04-01', '2026-02-01', '2026-04-01'],
  ])('actions of %s to %s widen the span in one write', async (first, last, expectedFirst, expectedLast) => {
    await touch('2026-03-01', '2026-03-05');
    counted.names.length = 0;
    await touch(first, last);
    expect(await users.get(user)).toMatchObject({ firstActionDay: expectedFirst, lastActionDay: expectedLast });
    expect(writes()).toBe(1);
  });

  test('twenty at once leave the widest span and one user', async () => {
    const days = Array.from({ length: 20 }, (_, n) => addDays('2026-03-01', (n * 7) % 20));
    await Promise.all(days.map((day) => touch(day)));
    expect(await users.get(user)).toMatchObject({
      firstActionDay: '2026-03-01',
      lastActionDay: '2026-03-20',
      revision: 0,
    });
  });

  test('one that read before another wrote does not narrow the span', async () => {
    await touch('2026-03-05');
    // The first touch's write is held back until the second has passed between its read and its write.
    const held = holdFirstUpdate(store);
    const late = touch('2026-03-04');
    await held.reached;
    await touch('2026-03-01', '2026-03-09');
    held.release();
    await late;
    expect(await users.get(user)).toMatchObject({ firstActionDay: '2026-03-01', lastActionDay: '2026-03-09' });
  });

  test('an action older than the forecast raises the revision, also within the known days', async () => {
    await touch('2026-03-01', '2026-03-08');
    await users.putForecast(user, forecast('2026-03-09'));
    await touch('2026-03-05');
    expect(await users.get(user)).toMatchObject({ revision: 1, lastActionDay: '2026-03-08' });
    await touch('2026-02-05');
    expect(await users.get(user)).toMatchObject({ revision: 2, firstActionDay: '2026-02-05' });
  });

  test('an action on the day of the origin or after it does not', async () => {
    await touch('2026-03-01', '2026-03-08');
    await users.putForecast(user, forecast('2026-03-09'));
    await touch('2026-03-09');
    await touch('2026-03-10');
    expect(await users.get(user)).toMatchObject({ revision: 0, lastActionDay: '2026-03-10' });
  });

  test('without a forecast no action is late', async () => {
    await touch('2026-03-05');
    await touch('2026-03-01');
    expect(await users.get(user)).toMatchObject({ revision: 0 });
  });

  test('late actions at once each raise the revision or are joined, but never lose it', async () => {
    await touch('2026-03-01', '2026-03-08');
    await users.putForecast(user, forecast('2026-03-09'));
    await Promise.all(Array.from({ length: 8 }, () => touch('2026-03-05')));
    expect((await users.get(user))?.revision).toBe(8);
  });

  test('the forecast stays as it was', async () => {
    await touch('2026-03-01');
    await users.putForecast(user, forecast('2026-03-02'));
    await touch('2026-03-04');
    expect((await users.get(user))?.forecast).toStrictEqual(forecast('2026-03-02'));
  });

  test('a user that is no pseudonym is refused', async () => {
    await expect(touch('2026-03-01', '2026-03-01', 'zoe@example.com')).rejects.toThrow(RangeError);
  });
});

describe('shards', () => {
  test.each([
    ['00ab', 0],
    ['0aff', 10],
    ['ff00', 255],
  ])('%s… is in shard %i', (start, shard) => expect(shardOf(start.padEnd(64, '0'))).toBe(shard));

  test('a shard gives its users whose last action is at or after the day, and only those', async () => {
    const inShard = (n: number) => `7e${String(n).padStart(62, '0')}`;
    for (let n = 0; n < 10; n++) await touch('2026-01-01', addDays('2026-03-01', n), inShard(n));
    await touch('2026-03-09', '2026-03-09', '7f'.padEnd(64, '0'));
    const found = (await collect(users.inShard(0x7e, '2026-03-08'))).sort((a, b) => (a.user < b.user ? -1 : 1));
    expect(found).toStrictEqual([
      { user: inShard(7), firstActionDay: '2026-01-01', lastActionDay: '2026-03-08' },
      { user: inShard(8), firstActionDay: '2026-01-01', lastActionDay: '2026-03-09' },
      { user: inShard(9), firstActionDay: '2026-01-01', lastActionDay: '2026-03-10' },
    ]);
  });

  test('a shard of more than one page is read to the end', async () => {
    const names = Array.from({ length: 120 }, (_, n) => `31${String(n).padStart(62, '0')}`);
    await Promise.all(names.map((name) => touch('2026-03-01', '2026-03-02', name)));
    limitPages(store, 50);
    const pages: string[][] = [];
    for await (const page of users.inShard(0x31, '2026-03-01')) pages.push(page.map(({ user: name }) => name));
    store.client.middlewareStack.remove('limit');
    expect(pages.flat().sort()).toEqual(names);
    expect(pages.map(({ length }) => length)).toEqual([50, 50, 20]);
  });

  test('an empty shard gives nothing', async () => {
    expect(await collect(users.inShard(0x55, '2026-03-01'))).toEqual([]);
  });
});

describe('getMany', () => {
  test('more than a hundred users come in several calls, the unknown left out, the doubled once', async () => {
    const names = Array.from({ length: 250 }, (_, n) => pseudonym(100_000 + n));
    await Promise.all(names.map((name) => touch('2026-03-01', '2026-03-01', name)));
    counted.names.length = 0;
    const records = await users.getMany([...names, ...names.slice(0, 50), pseudonym(999_999)]);
    expect(records.map(({ user: name }) => name).sort()).toEqual([...names].sort());
    expect(counted.names).toEqual(['BatchGetItemCommand', 'BatchGetItemCommand', 'BatchGetItemCommand']);
  });

  test('of nobody it asks nothing', async () => {
    expect(await users.getMany([])).toEqual([]);
    expect(counted.names).toEqual([]);
  });
});

describe('putForecast', () => {
  beforeEach(() => touch('2026-03-01'));

  test('a forecast comes back byte for byte', async () => {
    const packed = Uint8Array.from({ length: 3_000 }, (_, n) => n % 256);
    const stored = forecast('2026-03-02', {
      packed,
      modelVersion: 'tiny-1',
      revision: 0,
      lastActionAt: 1_772_366_400_123,
    });
    expect(await users.putForecast(user, stored)).toBe(true);
    expect((await users.get(user))?.forecast).toStrictEqual(stored);
    expect((await users.getMany([user]))[0]?.forecast).toStrictEqual(stored);
  });

  test.each([
    ['2026-03-04', true],
    ['2026-03-03', true],
    ['2026-03-02', false],
  ])('over one of 2026-03-03, one of %s is stored: %s', async (originDay, stored) => {
    await users.putForecast(user, forecast('2026-03-03'));
    const next = forecast(originDay, { modelVersion: 'next' });
    expect(await users.putForecast(user, next)).toBe(stored);
    expect((await users.get(user))?.forecast).toStrictEqual(stored ? next : forecast('2026-03-03'));
  });

  test('a user who was erased meanwhile does not come back', async () => {
    const erased = pseudonym(500_000);
    expect(await users.putForecast(erased, forecast('2026-03-03'))).toBe(false);
    expect(await users.get(erased)).toBeUndefined();
  });
});

test('a damaged user is refused by name, without what it holds', async () => {
  const Item = { user, shard: 1, firstActionDay: 'secret text', lastActionDay: '2026-03-01', revision: 0 };
  await store.client.send(new PutCommand({ TableName: 'Users', Item }));
  for (const read of [() => users.get(user), () => users.getMany([user]), () => touch('2026-03-01')]) {
    const failure = await read().catch((error) => error);
    expect(failure).toBeInstanceOf(DamagedItem);
    expect(failure.message).toBe(`item ${user} of table Users is damaged: firstActionDay is not a day`);
  }
});

async function collect<T>(pages: AsyncIterable<T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const page of pages) all.push(...page);
  return all;
}

function holdFirstUpdate({ client }: TestStore): { reached: Promise<void>; release: () => void } {
  const reached = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  client.middlewareStack.add(
    (next, context) => async (args) => {
      if (context.commandName === 'UpdateItemCommand') {
        client.middlewareStack.remove('hold');
        reached.resolve();
        await released.promise;
      }
      return next(args);
    },
    { step: 'initialize', name: 'hold' },
  );
  return { reached: reached.promise, release: released.resolve };
}

/** The 1 MB of an answer would take some 10,000 users. */
function limitPages({ client }: TestStore, limit: number): void {
  client.middlewareStack.add((next) => (args) => next({ ...args, input: { ...args.input, Limit: limit } }), {
    step: 'initialize',
    name: 'limit',
  });
}
