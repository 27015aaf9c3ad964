import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createRunStore } from '../../../adapters/dynamo/runs.ts';
import { createSettingStore } from '../../../adapters/dynamo/settings.ts';
import type { RunStore } from '../../../core/ports/runs.ts';
import type { SettingStore } from '../../../core/ports/settings.ts';
import { startStore, type TestStore } from '../../support/store.ts';

let store: TestStore;
let settings: SettingStore;
let runs: RunStore;
beforeAll(async () => {
  store = await startStore();
  settings = createSettingStore(store.client, '');
  runs = createRunStore(store.client, '');
});
afterAll(() => store.stop());

describe('settings', () => {
  test.each([
    ['an object', { a: [1, { b: null }], text: '', nested: { x: 1e-300 } }],
    ['a number', 0],
    ['false', false],
    ['null', null],
    ['an empty list', []],
  ])('%s comes back as it was put', async (name, value) => {
    await settings.put('kinds', name, value);
    expect(await settings.get('kinds', name)).toStrictEqual(value);
  });

  test('a put replaces, a removal removes, and both may be repeated', async () => {
    await settings.put('band', 'theta', 1);
    await settings.put('band', 'theta', 2);
    expect(await settings.get('band', 'theta')).toBe(2);
    await settings.remove('band', 'theta');
    await settings.remove('band', 'theta');
    expect(await settings.get('band', 'theta')).toBeUndefined();
  });

  test('a list has all of its kind and nothing else', async () => {
    await settings.put('one', 'b', 2);
    await settings.put('one', 'a', 1);
    await settings.put('onerous', 'c', 3);
    expect(await settings.list('one')).toEqual([
      { name: 'a', value: 1 },
      { name: 'b', value: 2 },
    ]);
    expect(await settings.list('none')).toEqual([]);
  });

  test('a damaged value is told by its key, without what it holds', async () => {
    const Item = { kind: 'bad', name: 'x', value: '{secret' };
    await store.client.send(new PutCommand({ TableName: 'Settings', Item }));
    const failure = await settings.get('bad', 'x').catch((error: Error) => error);
    expect((failure as Error).message).toBe('item bad x of table Settings is damaged: value is not JSON');
  });
});

describe('runs', () => {
  const DAY = '2026-03-02';

  test('a record comes back as it was put, and the last put stands', async () => {
    await runs.put({ day: DAY, shard: '007', state: { scored: 1 } });
    await runs.put({ day: DAY, shard: '007', state: { scored: 2, quantiles: [0.1, 0.25], empty: {} } });
    expect(await runs.get(DAY, '007')).toStrictEqual({
      day: DAY,
      shard: '007',
      state: { scored: 2, quantiles: [0.1, 0.25], empty: {} },
    });
    expect(await runs.get(DAY, '008')).toBeUndefined();
  });

  test('a day lists all its steps, also beyond one answer of the store; removing it leaves the other days', async () => {
    const day = '2026-03-03';
    const padding = 'x'.repeat(6_000);
    const shards = Array.from({ length: 256 }, (_, n) => String(n).padStart(3, '0'));
    await Promise.all(shards.map((shard) => runs.put({ day, shard, state: { padding } })));
    await runs.put({ day, shard: 'plan', state: {} });
    await runs.put({ day: '2026-03-04', shard: 'plan', state: {} });
    expect((await runs.list(day)).map(({ shard }) => shard)).toEqual([...shards, 'plan']);
    await runs.remove(day);
    expect(await runs.list(day)).toEqual([]);
    expect(await runs.list('2026-03-04')).toHaveLength(1);
    await runs.remove(day);
  });

  test('a damaged record is told by its key', async () => {
    const Item = { day: '2026-03-05', shard: '001', state: '[]' };
    await store.client.send(new PutCommand({ TableName: 'Runs', Item }));
    await expect(runs.get('2026-03-05', '001')).rejects.toThrow(
      'item 2026-03-05 001 of table Runs is damaged: state is not an object',
    );
  });
});
