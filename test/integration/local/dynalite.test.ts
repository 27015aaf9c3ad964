import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateTableCommand,
  DeleteTableCommand,
  ResourceNotFoundException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createUserStore } from '../../../adapters/dynamo/users.ts';
import type { UserStore } from '../../../core/ports/users.ts';
import { startStore, type TestStore } from '../../support/store.ts';

const DAY = '2026-03-01';

let store: TestStore;
let users: UserStore;
beforeAll(async () => {
  store = await startStore();
  users = createUserStore(store.client, '');
});
afterAll(() => store.stop());

/** Two users of one shard whose keys dynalite itself does not tell apart in an index. */
function collidingUsers(): [string, string] {
  const seen = new Map<string, string>();
  for (let n = 0; ; n++) {
    const user = `a0${n.toString(16).padStart(62, '0')}`;
    const short = createHash('md5').update('Outliers').update(user).digest('hex').slice(0, 6);
    const other = seen.get(short);
    if (other) return [other, user];
    seen.set(short, user);
  }
}

function touch(user: string, day: string): Promise<void> {
  return users.touch({ user, encryptedId: () => Uint8Array.of(1), first: day, last: day, today: day });
}

async function inShard(): Promise<string[]> {
  const found: string[] = [];
  for await (const page of users.inShard(0xa0, DAY)) found.push(...page.map(({ user }) => user));
  return found.sort();
}

test('users whose hashes agree both stand in the index, and one that moves or goes leaves the other', async () => {
  const [one, other] = collidingUsers();
  await touch(one, DAY);
  await touch(other, DAY);
  expect(await inShard()).toEqual([one, other].sort());
  await touch(one, '2026-03-05');
  expect(await inShard()).toEqual([one, other].sort());
  await store.client.send(new DeleteCommand({ TableName: 'Users', Key: { user: one } }));
  expect(await inShard()).toEqual([other]);
});

test('a store on disk is found again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'store-'));
  try {
    for (const day of ['2026-03-01', '2026-03-02']) {
      const onDisk = await startStore({ onDisk: folder });
      const kept = createUserStore(onDisk.client, '');
      await kept.touch({ user: 'b0', encryptedId: () => Uint8Array.of(1), first: day, last: day, today: day });
      expect(await kept.get('b0')).toMatchObject({ firstActionDay: '2026-03-01', lastActionDay: day });
      await onDisk.stop();
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a table made anew under another key is not taken for the one before', async () => {
  const make = async (key: string) => {
    await store.client.send(
      new CreateTableCommand({
        TableName: 'Again',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
        KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
      }),
    );
    // As on AWS, it is not there for items at once.
    await waitUntilTableExists({ client: store.client, maxWaitTime: 20, minDelay: 1 }, { TableName: 'Again' });
    await store.client.send(new PutCommand({ TableName: 'Again', Item: { [key]: 'x' } }));
  };
  await make('a');
  await store.client.send(new DeleteTableCommand({ TableName: 'Again' }));
  const put = () => store.client.send(new PutCommand({ TableName: 'Again', Item: { a: 'x' } }));
  await expect(put()).rejects.toThrow(ResourceNotFoundException);
  await make('b');
  await expect(put()).rejects.toThrow(expect.objectContaining({ name: 'ValidationException' }));
});
