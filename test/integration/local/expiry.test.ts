import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { scanItems } from '../../../adapters/dynamo/scan.ts';
import { createObjectStore } from '../../../adapters/objects.ts';
import { removeExpired } from '../../../local/expiry.ts';
import { startStore, type TestStore } from '../../support/store.ts';

const NOW = Date.parse('2026-07-01T12:00:00Z');
const DAY = 86_400_000;
let store: TestStore;
let folder: string;
beforeAll(async () => {
  store = await startStore();
  folder = await mkdtemp(join(tmpdir(), 'buy-timing-expiry-'));
});
afterAll(async () => {
  await store.stop();
  await rm(folder, { recursive: true });
});

async function put(name: string, days: number): Promise<void> {
  await createObjectStore(`file:${folder}`).put(name, Buffer.from('x'));
  await utimes(join(folder, name), new Date(NOW - days * DAY), new Date(NOW - days * DAY));
}

test('files and items go when their time is over, and nothing else does', async () => {
  const objects = createObjectStore(`file:${folder}`);
  const files: [string, number][] = [
    ['scores/day=2026-01-01/shard=001.ndjson.gz', 181],
    ['scores/day=2026-01-03/shard=001.ndjson.gz', 179],
    ['audiences/day=2026-01-01/now.ndjson.gz', 181],
    ['exports/e.csv', 31],
    ['downloads/d.csv', 2],
    ['downloads/new.csv', 0],
    ['models/m.onnx', 900],
    ['warehouse/day=2026-01-01/shard=001.parquet', 181],
  ];
  for (const [name, days] of files) await put(name, days);
  const seconds = NOW / 1000;
  const actions = { gone: seconds, kept: seconds + 1, ever: undefined };
  for (const [user, expires] of Object.entries(actions)) {
    const Item = { user, dayChunk: '2026-01-01#1', ...(expires !== undefined && { expires }) };
    await store.client.send(new PutCommand({ TableName: 'Actions', Item }));
  }
  const options = { client: store.client, prefix: '', objects, folder, now: NOW };
  const users = async () => {
    const left: unknown[] = [];
    for await (const { user } of scanItems(store.client, 'Actions')) left.push(user);
    return left.sort();
  };

  expect(await removeExpired({ ...options, retentionDays: undefined })).toEqual({ files: 2, items: 0 });
  expect(await objects.list('')).toHaveLength(6);
  expect(await removeExpired({ ...options, retentionDays: 180 })).toEqual({ files: 3, items: 1 });
  expect(await objects.list('')).toEqual([files[5]![0], files[6]![0], files[1]![0]].sort());
  expect(await users()).toEqual(['ever', 'kept']);
  expect(await removeExpired({ ...options, retentionDays: 180 })).toEqual({ files: 0, items: 0 });
});
