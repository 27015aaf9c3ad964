import { createHash } from 'node:crypto';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createSettingStore } from '../../../adapters/dynamo/settings.ts';
import { createKeyStore } from '../../../adapters/keys.ts';
import { type KeyStore, SCOPES } from '../../../core/ports/keys.ts';
import type { SettingStore } from '../../../core/ports/settings.ts';
import { countRequests, type RequestCount } from '../../support/requests.ts';
import { startStore, type TestStore } from '../../support/store.ts';

const START = Date.parse('2026-03-02T12:00:00Z');

let store: TestStore;
let settings: SettingStore;
let keys: KeyStore;
let counted: RequestCount;
let now = START;

beforeAll(async () => {
  store = await startStore();
  settings = createSettingStore(store.client, '');
});
afterAll(() => store.stop());
beforeEach(async () => {
  now = START;
  for (const { name } of await settings.list('key')) await settings.remove('key', name);
  keys = createKeyStore(settings, () => now, {});
  counted = countRequests(store.client);
});
afterEach(() => counted.stop());

describe('made keys', () => {
  test.each(SCOPES)('a key of scope %s is found by its text, and fits Basic authentication', async (scope) => {
    const made = await keys.create({ scope, name: 'n', source: 'web' });
    expect(made.key).toMatch(/^bt_(write|read|read-ids|admin)_[\w-]{32}$/);
    expect(await keys.find(made.key)).toStrictEqual({ id: made.id, scope, name: 'n', source: 'web' });
  });

  test('the store never holds the key, nor enough of it to try', async () => {
    const { key } = await keys.create({ scope: 'admin', name: 'n' });
    const { Items } = await store.client.send(new ScanCommand({ TableName: 'Settings' }));
    const held = JSON.stringify(Items);
    expect(held).toContain(createHash('sha256').update(key).digest('hex'));
    expect(held).not.toContain(key.slice('bt_admin_'.length, 'bt_admin_'.length + 8));
  });

  test.each([
    ['nothing', ''],
    ['a made-up one', 'bt_write_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'],
    ['a huge one', 'x'.repeat(100_000)],
    ['one of any characters', '\u0000\ud800é'],
  ])('%s is not found', async (_, key) => {
    await keys.create({ scope: 'write', name: 'n' });
    expect(await keys.find(key)).toBeUndefined();
  });

  test('a key whose hash only begins like a stored one is not found', async () => {
    const { id, key } = await keys.create({ scope: 'write', name: 'n' });
    const hash = createHash('sha256').update(key).digest('hex');
    const other = `${hash.slice(0, -1)}${hash.endsWith('0') ? '1' : '0'}`;
    await settings.put('key', id, { hash: other, scope: 'admin', name: 'n', createdAt: '2026-03-02' });
    expect(await createKeyStore(settings, () => now, {}).find(key)).toBeUndefined();
  });

  test('a damaged record is told by its id', async () => {
    const { id, key } = await keys.create({ scope: 'write', name: 'n' });
    await settings.put('key', id, { hash: 'short', scope: 'write', name: 'n', createdAt: '' });
    await expect(createKeyStore(settings, () => now, {}).find(key)).rejects.toThrow(`key ${id} is damaged: hash`);
  });
});

describe('lists and revocation', () => {
  test('the list shows what was made, oldest first, without keys or hashes', async () => {
    const one = await keys.create({ scope: 'write', name: 'shop', source: 'web' });
    now += 1_000;
    const two = await keys.create({ scope: 'read', name: '' });
    expect(await keys.list()).toStrictEqual([
      { id: one.id, scope: 'write', name: 'shop', source: 'web', createdAt: '2026-03-02T12:00:00.000Z' },
      { id: two.id, scope: 'read', name: '', createdAt: '2026-03-02T12:00:01.000Z' },
    ]);
  });

  test('a revoked key is refused at once where it was revoked', async () => {
    const { id, key } = await keys.create({ scope: 'write', name: 'n' });
    await keys.find(key);
    expect(await keys.revoke(id)).toBe(true);
    expect(await keys.find(key)).toBeUndefined();
    expect(await keys.list()).toEqual([]);
  });

  test('and elsewhere after 30 seconds at the latest', async () => {
    const { id, key } = await keys.create({ scope: 'write', name: 'n' });
    const elsewhere = createKeyStore(settings, () => now, {});
    expect(await elsewhere.find(key)).toBeDefined();
    await keys.revoke(id);
    now += 30_000;
    expect(await elsewhere.find(key)).toBeUndefined();
  });

  test('revoking a key that is not there says so', async () => {
    expect(await keys.revoke('0000000000000000')).toBe(false);
  });
});

describe('cache', () => {
  test('a key is looked up once in 30 seconds, also when many ask at once', async () => {
    const { key } = await keys.create({ scope: 'write', name: 'n' });
    counted.names.length = 0;
    await Promise.all(Array.from({ length: 20 }, () => keys.find(key)));
    now += 29_999;
    await keys.find(key);
    expect(counted.names).toEqual(['GetItemCommand']);
    now += 1;
    await keys.find(key);
    await keys.find(key);
    expect(counted.names).toEqual(['GetItemCommand', 'GetItemCommand']);
  });

  test('an unknown key is not looked up on every request', async () => {
    for (let n = 0; n < 10; n++) await keys.find('bt_write_wrong');
    expect(counted.names).toEqual(['GetItemCommand']);
  });

  test('a flood of made-up keys does not push out a real one', async () => {
    const { key } = await keys.create({ scope: 'write', name: 'n' });
    await keys.find(key);
    for (let n = 0; n < 1_500; n += 100) {
      await Promise.all(Array.from({ length: 100 }, (_, k) => keys.find(`flood${n + k}`)));
    }
    counted.names.length = 0;
    await keys.find(key);
    expect(counted.names).toEqual([]);
  });

  test('a failed look-up is not kept', async () => {
    const { key } = await keys.create({ scope: 'write', name: 'n' });
    let broken = true;
    const flaky: SettingStore = {
      ...settings,
      get: (kind, name) => (broken ? Promise.reject(new Error('down')) : settings.get(kind, name)),
    };
    const cached = createKeyStore(flaky, () => now, {});
    await expect(cached.find(key)).rejects.toThrow('down');
    broken = false;
    expect(await cached.find(key)).toMatchObject({ scope: 'write' });
  });
});

describe('fixed keys', () => {
  const fixed = { BUY_TIMING_WRITE_KEY: 'w-key', BUY_TIMING_READ_KEY: 'r-key', BUY_TIMING_ADMIN_KEY: 'a-key' };

  test.each([
    ['w-key', 'write'],
    ['r-key', 'read:ids'],
    ['a-key', 'admin'],
  ])('%s has scope %s and asks nothing of the store', async (key, scope) => {
    expect(await createKeyStore(settings, () => now, fixed).find(key)).toMatchObject({ scope });
    expect(counted.names).toEqual([]);
  });

  test('an absent or empty one opens nothing', async () => {
    const none = createKeyStore(settings, () => now, { BUY_TIMING_ADMIN_KEY: '' });
    expect(await none.find('')).toBeUndefined();
    expect(await none.find('undefined')).toBeUndefined();
  });
});
